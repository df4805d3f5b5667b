//! `cargo xtask demo --check`: the main job, played by itself in a headless browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::camera::{self, Person, Source};
use super::clip::{self, Portrait, Study};
use super::footage::Footage;
use super::programs::Programs;
use super::site::{Ports, Site};
use super::{Expect, Scene};
use crate::run::Run;
use crate::step::Step;
use crate::{paths, tools, web};

/// The seeded owner who has a car to pass on.
pub const OWNER_PHONE: &str = "13800001234";
const OWNER: Person = Person { name: "张伟", document_number: "11010519491231002X" };
const COUNTERPARTY: Person = Person { name: "李娜", document_number: "440305199208152347" };
/// Steps in one challenge, when the footage shows as many.
const STEPS: usize = 3;
/// Beyond one round of the footage, for a step to be seen: positioning, and a busy machine.
const SLACK_MS: u64 = 5_000;

/// What the script in the browser is told.
#[derive(Serialize)]
struct Plan<'a> {
    server: String,
    platform: String,
    browser: PathBuf,
    out: &'a Path,
    expect: Expect,
    staff: super::site::Staff,
    owner: Actor,
    counterparty: Actor,
}

/// Somebody who signs in and shows a face.
#[derive(Serialize)]
struct Actor {
    phone: &'static str,
    name: &'static str,
    document_number: &'static str,
    camera: PathBuf,
    document: PathBuf,
    /// Whether the document is drawn so that a reader must be able to read it.
    document_readable: bool,
}

/// Prepares everything and plays the scene.
pub fn run(scene: &Scene) -> Result<()> {
    super::prepare()?;
    tools::ensure(&tools::BROWSER)?;
    tools::ensure_chinese_font()?;
    web::install(web::BROWSER)?;
    play(scene)
}

/// The main job with footage from packages goes through.
pub fn passes() -> Result<()> {
    run(&Scene::default())
}

/// A still photograph of the same person is refused.
pub fn refuses_a_photograph() -> Result<()> {
    tools::ensure(&tools::BROWSER)?;
    let footage = Footage::load()?;
    let folder = tempfile::tempdir()?;
    let (camera, photograph) = (folder.path().join("camera.mjpeg"), folder.path().join("face.jpg"));
    footage.owner.fetch()?.camera(&camera)?;
    camera::still(&camera, footage.owner.portrait.frame, &photograph)?;
    run(&Scene {
        video: Some(photograph),
        expect: Expect::Refused,
        steps: footage.owner.steps,
        out: Some(paths::at("var/check-photo")),
        ..Scene::default()
    })
}

fn play(scene: &Scene) -> Result<()> {
    let out = scene.out.clone().unwrap_or_else(|| paths::at("var/check"));
    let out = std::path::absolute(out)?;
    fs::create_dir_all(&out)?;
    let site = Site::open(paths::at(&format!("var/check-{}", std::process::id())), Ports::free()?)?;
    let result = stage(scene, &site, &out);
    // The databases hold a face and an identity: they go, whatever came of it. The logs hold none.
    for log in ["server.log", "oem-platform.log"] {
        let _ = fs::copy(site.folder().join(log), out.join(log));
    }
    fs::remove_dir_all(site.folder())?;
    result.with_context(|| format!("screenshots and logs are in {}", paths::shown(&out)))
}

fn stage(scene: &Scene, site: &Site, out: &Path) -> Result<()> {
    let cast = Cast::of(scene)?;
    let step = Step::start("camera and documents: preparing");
    let owner = cast.owner.prepare(site.folder(), "owner")?;
    let counterparty = if cast.counterparty.source == cast.owner.source {
        owner.clone()
    } else {
        cast.counterparty.prepare(site.folder(), "counterparty")?
    };
    let owner_document = owner.document(&OWNER, site.folder().join("owner-document.jpg"))?;
    let counterparty_document =
        counterparty.document(&COUNTERPARTY, site.folder().join("counterparty-document.jpg"))?;
    step.done("");

    let steps = match scene.expect {
        _ if !scene.steps.is_empty() => scene.steps.clone(),
        Expect::Passed => common(&owner.steps, &counterparty.steps),
        Expect::Refused => owner.steps,
    };
    let round_ms = owner.round_ms.max(counterparty.round_ms);
    let mut programs = Programs::start(site, &policy(&steps, round_ms))?;
    programs.wait_for_engine()?;
    let plan = Plan {
        server: site.server_url(),
        platform: site.platform_url(),
        browser: tools::find("chromium").context("chromium")?,
        out,
        expect: scene.expect,
        staff: site.staff()?,
        owner: Actor {
            phone: OWNER_PHONE,
            name: OWNER.name,
            document_number: OWNER.document_number,
            document_readable: owner.portrait.face.is_some(),
            camera: owner.camera,
            document: owner_document,
        },
        counterparty: Actor {
            phone: "13900005678",
            name: COUNTERPARTY.name,
            document_number: COUNTERPARTY.document_number,
            document_readable: counterparty.portrait.face.is_some(),
            camera: counterparty.camera,
            document: counterparty_document,
        },
    };
    let file = site.folder().join("plan.json");
    fs::write(&file, serde_json::to_string_pretty(&plan)?)?;
    let played = Run::new("node")
        .args([paths::at(web::BROWSER).join("demo-check.mjs"), file])
        .show()
        .map_err(|_| anyhow::anyhow!("the check found a difference"));
    programs.still_running()?;
    programs.stop()?;
    played
}

/// The two people and their cameras.
struct Cast {
    owner: Role,
    counterparty: Role,
}

struct Role {
    source: Source,
    /// Known for footage from packages; else found out.
    study: Option<Study>,
}

/// One person's footage, ready to play.
#[derive(Clone)]
struct Prepared {
    clip: PathBuf,
    camera: PathBuf,
    portrait: Portrait,
    steps: Vec<String>,
    round_ms: u64,
}

impl Cast {
    fn of(scene: &Scene) -> Result<Self> {
        let given =
            |file: &PathBuf| Role { source: Source { file: file.clone(), frames: Vec::new() }, study: None };
        let owner = scene.video.as_ref().map(given);
        let counterparty = scene.counterparty_video.as_ref().or(scene.video.as_ref()).map(given);
        Ok(match (owner, counterparty) {
            (Some(owner), Some(counterparty)) => Self { owner, counterparty },
            (owner, counterparty) => {
                let footage = Footage::load()?;
                let packaged = |clip: super::footage::Clip| -> Result<Role> {
                    Ok(Role {
                        source: clip.fetch()?,
                        study: Some(Study { steps: clip.steps, portrait: clip.portrait }),
                    })
                };
                Self {
                    owner: owner.map_or_else(|| packaged(footage.owner), Ok)?,
                    counterparty: counterparty.map_or_else(|| packaged(footage.counterparty), Ok)?,
                }
            }
        })
    }
}

impl Role {
    /// Makes clip and camera file, and finds the steps the footage shows.
    fn prepare(&self, folder: &Path, name: &str) -> Result<Prepared> {
        let clip = folder.join(format!("{name}-once.mjpeg"));
        let camera = folder.join(format!("{name}.mjpeg"));
        self.source.camera(&clip)?;
        camera::play_on(&clip, &camera)?;
        let study = match &self.study {
            Some(study) => study.clone(),
            None if self.source.is_still() => {
                Study { steps: Vec::new(), portrait: Portrait { frame: 0, face: None } }
            }
            None => clip::study(&clip)?,
        };
        let round_ms = camera::duration_ms(&clip)?;
        Ok(Prepared { clip, camera, portrait: study.portrait, steps: study.steps, round_ms })
    }
}

impl Prepared {
    /// Draws the document of `person` with this footage's face.
    fn document(&self, person: &Person, file: PathBuf) -> Result<PathBuf> {
        camera::document(&self.clip, self.portrait.frame, self.portrait.face, person, &file)?;
        Ok(file)
    }
}

/// Steps both clips show; one that is unknown does not narrow the choice.
fn common(a: &[String], b: &[String]) -> Vec<String> {
    match (a, b) {
        ([], other) | (other, []) => other.to_vec(),
        _ => a.iter().filter(|step| b.contains(step)).cloned().collect(),
    }
}

/// The server's policy for this footage: challenges are drawn from these steps only (none: its own
/// choice), and each may take one round of the film, for film does not do as it is told.
fn policy(steps: &[String], round_ms: u64) -> [(&'static str, String); 1] {
    let default_ms = 10_000;
    let mut challenge = vec![format!("step_timeout_ms={}", (round_ms + SLACK_MS).max(default_ms))];
    if !steps.is_empty() {
        let pool: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
        challenge.push(format!("step_pool=[{}]", pool.join(",")));
        challenge.push(format!("steps={}", steps.len().min(STEPS)));
    }
    [("OWNERPROOF_POLICY", format!("[{{challenge={{{}}}}}]", challenge.join(",")))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_challenge_suits_both_clips() {
        let (a, b) = (steps(&["blink", "nod", "turn_left"]), steps(&["turn_left", "blink"]));
        assert_eq!(common(&a, &b), ["blink", "turn_left"]);
        assert_eq!(common(&a, &[]), a);
        assert_eq!(common(&[], &b), b);
    }

    #[test]
    fn the_policy_is_a_list_the_server_reads() {
        let challenge = |steps: &[String], round_ms| policy(steps, round_ms)[0].1.clone();
        assert_eq!(challenge(&[], 2_000), "[{challenge={step_timeout_ms=10000}}]");
        assert_eq!(
            challenge(&steps(&["blink", "turn_left"]), 20_000),
            r#"[{challenge={step_timeout_ms=25000,step_pool=["blink","turn_left"],steps=2}}]"#
        );
    }
}
