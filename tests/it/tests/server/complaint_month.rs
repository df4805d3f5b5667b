//! A month of complaints on a clock that stands still between turns: filed, taken, asked, answered, reopened, put aside,
//! over Mid-Autumn and National Day 2026, with two servers that keep time on one database. In the end a slow count of
//! every minute ([`count`]), which knows nothing of the rules, says what must have been told, and when: nothing was
//! missed, nothing told twice.

mod count;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use server::{
    rules::{
        complaint::{Channel, Event, Kind, Outcome},
        rights::Role,
    },
    service::{
        App, Clock, Error, Expected, Result,
        complaints::{self, About, NewComplaint},
        housekeeping,
        staff::{self, By},
    },
    store::{ComplaintLine, Duty, StaffMember},
};
use uuid::Uuid;

use crate::stage::{Db, Stage};
use count::{MINUTE, Month, Told};

/// Complaints filed.
const COMPLAINTS: usize = 200;
/// Days in which people and staff do something; then only time passes.
const BUSY_DAYS: i64 = 40;

/// A clock that stands still.
struct Hands(AtomicI64);

impl Hands {
    fn turn(&self, minutes: u64) {
        self.0.fetch_add(minutes as i64 * MINUTE, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// SplitMix64: the same seed is the same month.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}

/// Everything the month is played with.
struct Play {
    servers: [App; 2],
    hands: Arc<Hands>,
    dice: Dice,
    month: Month,
    handlers: Vec<StaffMember>,
    supervisors: Vec<StaffMember>,
    /// Complaints, and whose they are.
    filed: Vec<(Uuid, Uuid)>,
    /// When time was kept.
    kept: Vec<i64>,
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_month_ends_with_nothing_missed_and_nothing_told_twice(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(1, 2026)] seed: u64,
) {
    let change = |config: &mut server::config::Config| {
        config.complaint.per_phone_per_day = 1_000;
        config.complaint.reopen_days = 10;
    };
    let Some(stage) = Stage::up_with(db, change).await else { return };
    let mut play = Play::new(&stage, seed).await;
    while play.hands.now_ms() < play.month.start + BUSY_DAYS * 24 * 60 * MINUTE {
        play.turn().await;
    }
    for _ in 0..40 {
        play.hands.turn(24 * 60 + 7);
        play.keep_time().await;
    }
    play.compare(&stage).await;
}

impl Play {
    async fn new(stage: &Stage, seed: u64) -> Self {
        let month = Month::new();
        let hands = Arc::new(Hands(AtomicI64::new(month.start)));
        let server = async || {
            let app = App::connect((*stage.app.config).clone()).await.unwrap();
            App { clock: hands.clone(), ..app }
        };
        let servers = [server().await, server().await];
        let hire = async |name: &str, role| {
            let password = "not a short one".into();
            staff::add(&servers[0], By::Operator, name, password, vec![role]).await.unwrap().member
        };
        let mut handlers = Vec::new();
        for name in ["anna", "bo", "chen", "dan"] {
            handlers.push(hire(name, Role::Handler).await);
        }
        // The stage's own administrator has every role, so is a supervisor too.
        let supervisors = vec![hire("eva", Role::Supervisor).await, hire("fang", Role::Supervisor).await];
        let (dice, filed, kept) = (Dice(seed), Vec::new(), Vec::new());
        Self { servers, hands, dice, month, handlers, supervisors, filed, kept }
    }

    /// Some minutes pass, then somebody does something. What the rules refuse does not happen.
    async fn turn(&mut self) {
        self.hands.turn(1 + self.dice.below(16));
        match self.dice.below(10) {
            0 if self.dice.below(3) == 0 => self.keep_time().await,
            1 if self.filed.len() < COMPLAINTS => self.file().await,
            2 | 3 => expect(self.user().await),
            _ if self.month.is_working(self.hands.now_ms()) => {
                expect(self.staff().await);
                self.hands.turn(1);
                expect(self.staff().await);
            }
            // Nights and holidays pass faster.
            _ => self.hands.turn(self.dice.below(90)),
        }
    }

    async fn keep_time(&mut self) {
        self.kept.push(self.hands.now_ms());
        let [one, other] = &self.servers;
        match self.dice.below(3) {
            0 => housekeeping::tidy(one).await,
            1 => housekeeping::tidy(other).await,
            _ => {
                tokio::join!(housekeeping::tidy(one), housekeeping::tidy(other));
            }
        }
    }

    fn server(&mut self) -> App {
        self.dice.pick(&self.servers).clone()
    }

    async fn file(&mut self) {
        let app = self.server();
        let phone = format!("139{:08}", self.filed.len());
        let tx = app.store.begin().await.unwrap();
        let account = tx.accounts().find_or_create(&phone, app.id(), app.now_ms()).await.unwrap().id;
        tx.commit().await.unwrap();
        let new = NewComplaint {
            kind: *self.dice.pick(Kind::ALL),
            channel: Channel::App,
            text: "车联网卡不是我办理的",
            name: None,
            region: None,
            about: About::default(),
        };
        let receipt = complaints::by_owner(&app, account, new).await.unwrap();
        self.filed.push((receipt.id, account));
    }

    async fn user(&mut self) -> Result<()> {
        let app = self.server();
        let Some((id, account)) = self.any() else { return Ok(()) };
        match self.dice.below(24) {
            0..12 => complaints::speak(&app, account, id, "请尽快处理").await,
            12..18 => complaints::reopen_as_owner(&app, account, id, "没有解决").await,
            18..21 => complaints::satisfied(&app, account, id, 5, None).await,
            21 => complaints::withdraw(&app, account, id).await,
            22 => complaints::appeal_as_owner(&app, account, id, "不满意").await,
            _ => Ok(()),
        }
    }

    async fn staff(&mut self) -> Result<()> {
        let (app, any) = (self.server(), &Expected::ANY);
        let Some((id, _)) = self.any() else { return Ok(()) };
        let tx = app.store.read().await.unwrap();
        let complaint = tx.complaints().find(id).await.unwrap().unwrap();
        drop(tx);
        let holder = self.handlers.iter().find(|who| Some(who.id) == complaint.case.assignee);
        let Some(who) = holder.cloned() else {
            let who = self.dice.pick(&self.handlers).clone();
            return complaints::take(&app, &who, id, any).await;
        };
        let boss = self.dice.pick(&self.supervisors).clone();
        match self.dice.below(22) {
            0..4 => complaints::ask(&app, &who, id, any, "请补充行驶证照片").await,
            4..6 => complaints::say(&app, &who, id, any, "正在核实").await,
            6..10 => complaints::propose(&app, &who, id, any, (Outcome::Upheld, "已为您更正")).await,
            10..15 => match complaints::reply(&app, &who, id, any).await {
                Err(Error::Refused(_)) => complaints::reply(&app, &boss, id, any).await,
                done => done,
            },
            15 => {
                let days = 1 + self.dice.below(12) as i64;
                complaints::snooze(&app, &who, id, any, app.now_ms() + days * 24 * 60 * MINUTE).await
            }
            16 => complaints::release(&app, &who, id, any).await,
            17 => {
                let to = self.dice.pick(&self.handlers).id;
                complaints::assign(&app, &boss, id, any, to).await
            }
            18 => complaints::note(&app, &who, id, "电话未接").await,
            19 => complaints::send_back(&app, &boss, id, any, "请再核实").await,
            20 => {
                let available = self.dice.below(2) == 0;
                let duty = Duty { staff_id: who.id, available, skills: Vec::new() };
                complaints::set_duty(&app, &who, &duty).await
            }
            _ => complaints::wake(&app, &who, id, any).await,
        }
    }

    /// One of those filed; mostly a new one, so that some come to an end in time.
    fn any(&mut self) -> Option<(Uuid, Uuid)> {
        let old = self.dice.below(4) == 0;
        let from = if old { 0 } else { self.filed.len().saturating_sub(25) };
        (!self.filed.is_empty()).then(|| *self.dice.pick(&self.filed[from..]))
    }

    /// What was told, and what counting minutes says.
    async fn compare(&self, stage: &Stage) {
        let tx = self.servers[0].store.read().await.unwrap();
        let (mut told, mut expected) = (Vec::new(), Vec::new());
        let (mut closed, mut closings, mut woken) = (Vec::new(), Vec::new(), 0);
        let mut rounds = 0;
        for (id, _) in &self.filed {
            let history = tx.complaints().history(*id).await.unwrap();
            told.extend(history.iter().filter_map(|line| self::told(*id, line)));
            let by_time = |line: &&ComplaintLine| line.moment.by == server::rules::complaint::By::System;
            for line in history.iter().filter(by_time) {
                match line.moment.event {
                    Event::Closed { .. } => closed.push((*id, line.moment.at_ms)),
                    Event::Woken => woken += 1,
                    _ => {}
                }
            }
            let counted = self.month.count(*id, &history, &self.kept);
            expected.extend(counted.told);
            closings.extend(counted.closed);
            rounds += counted.rounds;
            let complaint = tx.complaints().find(*id).await.unwrap().unwrap();
            assert_eq!(complaint.case.snoozed_until_ms, None, "nobody woke it");
            assert_eq!(complaint.statutory_breached, counted.statutory_breached, "{id}");
        }
        drop(tx);
        for list in [&mut told, &mut expected] {
            list.sort();
        }
        let missed: Vec<_> = expected.iter().filter(|one| !told.contains(one)).collect();
        let wrong: Vec<_> = told.iter().filter(|one| !expected.contains(one)).collect();
        assert!(missed.is_empty() && wrong.is_empty(), "missed: {missed:#?}\nwrong: {wrong:#?}");
        let distinct: BTreeSet<_> =
            told.iter().map(|one| (one.complaint, one.round, &one.clock, one.breach)).collect();
        assert_eq!(distinct.len(), told.len(), "told twice");
        assert_eq!(closed, closings, "closed by time alone");

        // Each escalation reached each supervisor once, and nobody else's alert says breach.
        let breaches = told.iter().filter(|one| one.breach).count();
        for supervisor in self.supervisors.iter().map(|member| &member.username) {
            let rows = count(stage, &format!(
                "SELECT COUNT(*) FROM staff_alert a JOIN staff s ON s.id = a.staff_id WHERE a.kind = 'breach' AND s.username = '{supervisor}'"
            )).await;
            assert_eq!(rows as usize, breaches, "{supervisor}");
        }
        let rows = count(stage, "SELECT COUNT(*) FROM complaint_alert").await;
        assert_eq!(rows as usize, told.len());
        // The month must be worth playing.
        let warnings = told.len() - breaches;
        eprintln!(
            "{rounds} rounds, {breaches} breaches, {warnings} warnings, {} closed, {woken} woken",
            closed.len()
        );
        assert_eq!(self.filed.len(), COMPLAINTS);
        assert!(rounds * 3 > breaches + 100, "hardly any clock was kept");
        assert!(rounds > COMPLAINTS && breaches > 50 && warnings > 50 && closed.len() > 10 && woken > 5);
    }
}

fn told(complaint: Uuid, line: &ComplaintLine) -> Option<Told> {
    let Event::Alerted { clock, round, stage } = line.moment.event else { return None };
    let breach = stage == server::rules::complaint::Stage::Breach;
    Some(Told { complaint, round, clock: clock.to_string(), breach, at: line.moment.at_ms })
}

/// The rules may refuse; nothing else may fail.
fn expect(done: Result<()>) {
    match done {
        Ok(()) | Err(Error::Refused(_)) => {}
        Err(error) => panic!("{error}"),
    }
}

async fn count(stage: &Stage, query: &str) -> i64 {
    let database = stage.database().await;
    let statement = Statement::from_string(database.get_database_backend(), query);
    database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}
