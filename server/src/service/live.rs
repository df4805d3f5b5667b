//! The live feed: what happened to complaints, told to everybody who listens, on whichever server process it happened.
//!
//! Each process asks the database for all its listeners together: every [`live_poll_ms`], at once after a commit
//! of its own, and not at all while nobody listens. It asks for what changed since it asked last, and a [`WINDOW_MS`]
//! before that, since a change shows only when its transaction commits and clocks of machines differ; what was told is
//! not told again. News hold ids and versions only: whoever may read the record, reads it.
//!
//! [`live_poll_ms`]: crate::config::Complaint::live_poll_ms

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{Stream, stream::unfold};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Interval, MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{App, Result, staff_sign_in};
use crate::{
    rules::rights::Right,
    store::{Changed, Present},
};

/// How far behind the last look changes are asked for again, in milliseconds: longer than a transaction lasts, and than
/// clocks of servers differ.
const WINDOW_MS: i64 = 15_000;
/// Most changes read at once; with more, listeners are told to ask for everything again.
const MOST: u64 = 500;
/// Rounds of news kept for a listener that is slow; after that it is told to ask for everything again.
const KEPT: usize = 64;
/// Between two looks at least: a busy process does not ask without end.
const BREATH: Duration = Duration::from_millis(50);

/// What a listener is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// More happened than is told, or nobody knows what: ask for everything that is shown.
    Refetch,
    /// A complaint is now at this version.
    Complaint {
        /// Which.
        id: Uuid,
        /// Its version, which counts up.
        version: i64,
    },
    /// Somebody came to a complaint, left it, began or stopped to write.
    Presence {
        /// Which complaint.
        id: Uuid,
    },
}

/// News with the place in the feed from which to go on after a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The place, in Unix milliseconds; none before the first whole round.
    pub cursor: Option<i64>,
    /// The news.
    pub news: News,
}

/// The feed of this process.
pub struct Live {
    rounds: broadcast::Sender<Round>,
    polling: Mutex<bool>,
    stop: CancellationToken,
}

/// What one look found.
#[derive(Clone)]
struct Round {
    at_ms: i64,
    news: Vec<News>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            rounds: broadcast::Sender::new(KEPT),
            polling: Mutex::default(),
            stop: CancellationToken::new(),
        }
    }
}

impl Live {
    /// Ends every listener's stream, for good: the process is about to stop.
    pub fn close(&self) {
        self.stop.cancel();
    }

    fn polling(&self) -> MutexGuard<'_, bool> {
        self.polling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat among the listeners; the first one starts the polling.
    fn seat(&self, app: &App) -> broadcast::Receiver<Round> {
        let mut polling = self.polling();
        let receiver = self.rounds.subscribe();
        if !*polling {
            *polling = true;
            tokio::spawn(poll(app.clone()));
        }
        receiver
    }

    /// Whether nobody listens any more; then the polling is over.
    fn is_deserted(&self) -> bool {
        let mut polling = self.polling();
        *polling = self.rounds.receiver_count() > 0 && !self.stop.is_cancelled();
        !*polling
    }
}

/// Everything that happens to complaints from now on, and since `since_ms`, the `cursor` of an item of an earlier stream.
/// Without it the first item is [`News::Refetch`]. The stream ends when the token is good no more.
///
/// # Errors
/// The store failed.
pub async fn listen(
    app: &App,
    token: String,
    since_ms: Option<i64>,
) -> Result<impl Stream<Item = Item> + Send + use<>> {
    let receiver = app.live.seat(app);
    let now_ms = app.now_ms();
    let missed = match since_ms {
        Some(since_ms) => app.store.read().await?.feed().changed(since_ms - WINDOW_MS, MOST).await?,
        None => vec![],
    };
    let waiting = if since_ms.is_none() || missed.len() as u64 >= MOST {
        VecDeque::from([News::Refetch])
    } else {
        missed.iter().map(|&Changed { id, version, .. }| News::Complaint { id, version }).collect()
    };
    let mut watch = interval(Duration::from_secs(app.config.complaint.live_heartbeat_s.max(1)));
    watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener =
        Listener { app: app.clone(), token, receiver, watch, cursor: since_ms, ahead: Some(now_ms), waiting };
    Ok(unfold(listener, Listener::next))
}

/// One listener. What waits for it is one round, or what it missed: never more than [`MOST`] and those present.
struct Listener {
    app: App,
    token: String,
    receiver: broadcast::Receiver<Round>,
    watch: Interval,
    /// Up to where everything was told.
    cursor: Option<i64>,
    /// Up to where it is once nothing waits: who leaves half-way gets it all again.
    ahead: Option<i64>,
    waiting: VecDeque<News>,
}

impl Listener {
    async fn next(mut self) -> Option<(Item, Self)> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                if self.waiting.is_empty() {
                    self.cursor = self.ahead;
                }
                return Some((Item { cursor: self.cursor, news }, self));
            }
            tokio::select! {
                () = self.app.live.stop.cancelled() => return None,
                round = self.receiver.recv() => match round {
                    Ok(Round { at_ms, news }) => {
                        self.ahead = Some(at_ms);
                        self.waiting.extend(news);
                    }
                    Err(RecvError::Lagged(_)) => self.waiting.push_back(News::Refetch),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.watch.tick() => {
                    staff_sign_in::watch(&self.app, &self.token, Right::ReadComplaints).await.ok()?;
                }
            }
        }
    }
}

async fn poll(app: App) {
    let mut told = Told::new(app.now_ms());
    while !app.live.is_deserted() {
        match look(&app, &mut told).await {
            // Nobody listening is no failure.
            Ok(round) if !round.news.is_empty() => drop(app.live.rounds.send(round)),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the live feed cannot look"),
        }
        sleep(BREATH).await;
        tokio::select! {
            () = app.store.complaints_changed() => {}
            () = app.live.stop.cancelled() => {}
            () = sleep(Duration::from_millis(app.config.complaint.live_poll_ms.clamp(50, 900))) => {}
        }
    }
}

async fn look(app: &App, told: &mut Told) -> Result<Round> {
    let at_ms = app.now_ms();
    let tx = app.store.read().await?;
    let changed = tx.feed().changed(told.since_ms(), MOST).await?;
    let present = tx.feed().all(at_ms - super::complaints::presence::GONE_MS).await?;
    Ok(Round { at_ms, news: told.news(at_ms, &changed, present) })
}

/// What this process has told already.
struct Told {
    looked_at_ms: i64,
    versions: HashMap<Uuid, Changed>,
    present: BTreeMap<Uuid, BTreeSet<(Uuid, bool)>>,
}

impl Told {
    fn new(now_ms: i64) -> Self {
        Self { looked_at_ms: now_ms, versions: HashMap::new(), present: BTreeMap::new() }
    }

    fn since_ms(&self) -> i64 {
        self.looked_at_ms - WINDOW_MS
    }

    /// What is new in what a look at `at_ms` found.
    fn news(&mut self, at_ms: i64, changed: &[Changed], present: Vec<Present>) -> Vec<News> {
        let mut news = Vec::new();
        for &change in changed {
            let before = self.versions.insert(change.id, change);
            if before.is_none_or(|before| before.version != change.version) {
                news.push(News::Complaint { id: change.id, version: change.version });
            }
        }
        if changed.len() as u64 >= MOST && !news.is_empty() {
            news = vec![News::Refetch];
        }
        self.looked_at_ms = at_ms;
        let since_ms = self.since_ms();
        self.versions.retain(|_, change| change.changed_at_ms >= since_ms);

        let mut now: BTreeMap<Uuid, BTreeSet<(Uuid, bool)>> = BTreeMap::new();
        for Present { complaint_id, staff_id, typing, .. } in present {
            now.entry(complaint_id).or_default().insert((staff_id, typing));
        }
        let moved: BTreeSet<Uuid> = now
            .keys()
            .chain(self.present.keys())
            .copied()
            .filter(|id| now.get(id) != self.present.get(id))
            .collect();
        news.extend(moved.into_iter().map(|id| News::Presence { id }));
        self.present = now;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    fn change(id: Uuid, version: i64, changed_at_ms: i64) -> Changed {
        Changed { id, version, changed_at_ms }
    }

    fn complaint(id: Uuid, version: i64) -> News {
        News::Complaint { id, version }
    }

    #[test]
    fn a_version_is_told_once_however_often_it_is_seen() {
        let mut told = Told::new(100_000);
        let first = change(A, 1, 99_000);
        assert_eq!(told.news(100_100, &[first], vec![]), [complaint(A, 1)]);
        assert_eq!(told.news(100_500, &[first], vec![]), []);
        assert_eq!(told.news(100_900, &[change(A, 2, 100_600)], vec![]), [complaint(A, 2)]);
    }

    #[test]
    fn a_change_that_commits_late_is_told() {
        let mut told = Told::new(100_000);
        assert_eq!(told.news(100_400, &[change(B, 7, 100_300)], vec![]), [complaint(B, 7)]);
        // Written before the look, committed after it.
        assert!(told.since_ms() <= 100_200);
        assert_eq!(
            told.news(100_800, &[change(A, 3, 100_200), change(B, 7, 100_300)], vec![]),
            [complaint(A, 3)]
        );
    }

    #[test]
    fn nothing_is_kept_that_is_not_asked_for_again() {
        let mut told = Told::new(0);
        told.news(1_000, &[change(A, 1, 900)], vec![]);
        told.news(1_000 + 2 * WINDOW_MS, &[], vec![]);
        assert!(told.versions.is_empty());
    }

    #[test]
    fn a_flood_is_one_piece_of_news() {
        let mut told = Told::new(0);
        let flood: Vec<Changed> = (0..MOST).map(|n| change(Uuid::from_u128(n.into()), 1, 10)).collect();
        assert_eq!(told.news(20, &flood, vec![]), [News::Refetch]);
        assert_eq!(told.news(30, &flood, vec![]), []);
    }

    #[test]
    fn who_comes_writes_and_leaves_is_told_once_each() {
        let mut told = Told::new(0);
        let here = |typing| vec![Present { complaint_id: A, staff_id: B, typing, seen_at_ms: 0 }];
        let presence = [News::Presence { id: A }];
        assert_eq!(told.news(1, &[], here(false)), presence);
        assert_eq!(told.news(2, &[], here(false)), []);
        assert_eq!(told.news(3, &[], here(true)), presence);
        assert_eq!(told.news(4, &[], vec![]), presence);
        assert_eq!(told.news(5, &[], vec![]), []);
    }
}
