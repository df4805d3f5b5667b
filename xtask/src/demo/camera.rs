//! Footage made into what a browser takes for a camera, and into a document picture.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::run::Run;

/// Chromium plays a motion JPEG file at this rate, whatever the file says.
pub const FRAMES_PER_SECOND: u32 = 30;
/// How long a still image is held before the camera repeats it.
const STILL_SECONDS: u32 = 2;
/// Rounds of the clip in the file the browser plays.
const ROUNDS: u32 = 5;
/// Pixels a millimetre of a document: 350 dots per inch, as portraits are taken (GA 461).
const SCALE: f32 = 350.0 / 25.4;
/// The card that identity documents are printed on (ISO/IEC 7810 ID-1), in millimetres.
const CARD: (f32, f32) = (85.6, 54.0);
/// The portrait on it, in pixels, and the place of its corner, in millimetres.
const PORTRAIT: (u32, u32) = (358, 442);
const PORTRAIT_AT: (f32, f32) = (56.0, 6.2);

/// A video or a still image, or some frames of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The file.
    pub file: PathBuf,
    /// Pieces, each its first frame and the one after the last, one after the other; none: the whole file.
    pub frames: Vec<(u32, u32)>,
}

/// Whose document it is.
pub struct Person {
    pub name: &'static str,
    pub document_number: &'static str,
}

/// A rectangle in the frames that the camera shows, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Source {
    /// Whether it is one picture.
    pub fn is_still(&self) -> bool {
        let extension = self.file.extension().unwrap_or_default().to_ascii_lowercase();
        ["jpg", "jpeg", "png", "webp", "bmp"].iter().any(|still| extension == *still)
    }

    /// Writes the motion JPEG file that plays as the camera. Pictures keep their shape, the short
    /// side is 480 as with a phone's camera; nothing is cut off and no bars are added, because
    /// both change what the engine sees.
    pub fn camera(&self, file: &Path) -> Result<()> {
        ensure!(self.file.is_file(), "no such file: {}", self.file.display());
        let mut input = ffmpeg();
        if self.is_still() {
            input = input.args(["-loop", "1", "-t", &STILL_SECONDS.to_string()]);
        }
        let pieces: Vec<String> =
            self.frames.iter().map(|(first, end)| format!("between(n,{first},{})", end - 1)).collect();
        let trim = match pieces.as_slice() {
            [] => String::new(),
            pieces => format!("select='{}',setpts=N/FRAME_RATE/TB,", pieces.join("+")),
        };
        let filter = format!(
            "{trim}scale=w='if(gt(iw,ih),-2,480)':h='if(gt(iw,ih),480,-2)':flags=lanczos,\
             fps={FRAMES_PER_SECOND}"
        );
        input
            .args([Path::new("-i"), &self.file])
            .args(["-an", "-vf", &filter, "-pix_fmt", "yuvj420p"])
            .args(["-c:v", "mjpeg", "-q:v", "3"])
            .args([file])
            .watch()
            .with_context(|| format!("cannot read {} as video", self.file.display()))
    }
}

/// Writes the clip several times over, each frame with the noise of a sensor: no camera gives the same
/// picture twice, and the server refuses reports in which one does.
pub fn play_on(clip: &Path, file: &Path) -> Result<()> {
    ffmpeg()
        .args(["-f", "mjpeg", "-framerate", &FRAMES_PER_SECOND.to_string()])
        .args(["-stream_loop", &(ROUNDS - 1).to_string(), "-i"])
        .args([clip])
        .args(["-vf", "noise=alls=3:allf=t", "-pix_fmt", "yuvj420p", "-c:v", "mjpeg", "-q:v", "3"])
        .args([file])
        .watch()
}

/// How long a clip plays until it starts again.
pub fn duration_ms(camera: &Path) -> Result<u64> {
    let frames = Run::new("ffprobe")
        .args(["-v", "error", "-f", "mjpeg", "-count_packets", "-select_streams", "v"])
        .args(["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"])
        .args([camera])
        .read()?;
    let frames: u64 = frames.trim().parse().context("ffprobe counts no frames")?;
    Ok(frames * 1000 / u64::from(FRAMES_PER_SECOND))
}

/// Writes frame number `frame` as a still photograph.
pub fn still(camera: &Path, frame: u32, file: &Path) -> Result<()> {
    one_frame(camera, frame, "null", file)
}

/// Writes the specimen of an identity card of `person` whose portrait is that frame. Without knowing where the `face`
/// is, the middle of the frame is taken, and text may not be where a reader looks for it.
pub fn document(camera: &Path, frame: u32, face: Option<Area>, person: &Person, file: &Path) -> Result<()> {
    let (portrait_width, portrait_height) = PORTRAIT;
    let crop = match face {
        Some(face) => around(face),
        None => format!(
            "crop=w='min(iw,ih*{portrait_width}/{portrait_height})':\
             h='min(ih,iw*{portrait_height}/{portrait_width})'"
        ),
    };
    let pixels = |millimetres: f32| (millimetres * SCALE).round() as u32;
    let (width, height) = (pixels(CARD.0), pixels(CARD.1));
    let (left, top) = (pixels(PORTRAIT_AT.0), pixels(PORTRAIT_AT.1));
    let text = |text: &str, x: f32, y: f32, size: f32, colour: &str| {
        let (x, y, size) = (pixels(x), pixels(y), pixels(size));
        format!(
            ",drawtext=font=Noto Sans CJK SC:text={text}:x={x}:y={y}-text_h/2:fontsize={size}:fontcolor={colour}"
        )
    };
    let (blue, black) = ("0x4678BE", "0x1E1C20");
    let filter = [
        format!("{crop},scale={portrait_width}:{portrait_height}:flags=lanczos"),
        format!(",pad={width}:{height}:{left}:{top}:color=0xE8EEF2"),
        text("姓名", 5.0, 8.7, 2.9, blue),
        text(person.name, 15.2, 8.7, 4.0, black),
        text("公民身份号码", 5.0, 47.7, 2.9, blue),
        text(person.document_number, 29.4, 47.7, 4.4, black),
    ]
    .concat();
    one_frame(camera, frame, &filter, file)
}

/// The part of the frame a passport photograph would show, as an ffmpeg filter.
fn around(face: Area) -> String {
    let (portrait_width, portrait_height) = PORTRAIT;
    let width = face.width * 1.9;
    let height = width * portrait_height as f32 / portrait_width as f32;
    let x = face.x + face.width / 2.0 - width / 2.0;
    let y = face.y + face.height / 2.0 - height * 0.52;
    format!(
        "crop=w='min({width:.0},iw)':h='min({height:.0},ih)':\
         x='clip({x:.0},0,iw-ow)':y='clip({y:.0},0,ih-oh)'"
    )
}

fn one_frame(camera: &Path, frame: u32, filter: &str, file: &Path) -> Result<()> {
    ffmpeg()
        .args(["-f", "mjpeg", "-i"])
        .args([camera])
        .args(["-vf", &format!("select='eq(n,{frame})',{filter}")])
        .args(["-frames:v", "1", "-q:v", "2", "-pix_fmt", "yuvj420p"])
        .args([file])
        .watch()?;
    ensure!(file.is_file(), "{} has no frame {frame}", camera.display());
    Ok(())
}

fn ffmpeg() -> Run {
    Run::new("ffmpeg").args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stills_are_known_by_their_name() {
        let source = |name: &str| Source { file: name.into(), frames: Vec::new() };
        assert!(source("a/face.JPG").is_still());
        assert!(!source("clip.mp4").is_still());
    }

    #[test]
    fn a_portrait_holds_the_face_and_some_room() {
        let face = Area { x: 200.0, y: 100.0, width: 200.0, height: 260.0 };
        let filter = around(face);
        assert!(filter.starts_with("crop=w='min(380,iw)':h='min(469,ih)'"), "{filter}");
        assert!(filter.contains("x='clip(110,"), "{filter}");
    }
}
