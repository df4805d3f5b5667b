//! Frames of footage, decoded and scaled by ffmpeg as the browser scales a camera.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use verify::image::RgbImage;

/// Longest side of a frame that the engine is given, in pixels; the same as in `<face-verify>`.
const LONGEST: u32 = 640;
/// Motion JPEG without a container has no clock; Chromium plays such a camera at this rate.
const CAMERA_FPS: f64 = 30.0;

/// A video file.
pub struct Footage {
    file: PathBuf,
    /// Frames a second.
    pub fps: f64,
    thinned: bool,
}

impl Footage {
    /// Asks ffprobe for the rate. With `fps` the footage is resampled to that rate, as a slow camera would see it.
    pub fn open(file: &Path, fps: Option<f64>) -> Result<Self> {
        ensure!(file.is_file(), "no such file: {}", file.display());
        let own = if is_camera(file) { CAMERA_FPS } else { rate(file)? };
        Ok(Self { file: file.to_owned(), fps: fps.unwrap_or(own), thinned: fps.is_some() })
    }

    /// Time of a frame in milliseconds; the first is at 1.
    pub fn at(&self, frame: usize) -> u32 {
        (frame as f64 * 1000.0 / self.fps) as u32 + 1
    }

    /// Decodes from the first frame on.
    pub fn frames(&self) -> Result<Frames> {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin"]);
        if is_camera(&self.file) {
            command.args(["-f", "mjpeg", "-framerate", &CAMERA_FPS.to_string()]);
        }
        let thin = if self.thinned { format!("fps={},", self.fps) } else { String::new() };
        let fit = format!(
            "{thin}scale=w='min({LONGEST},iw)':h='min({LONGEST},ih)':force_original_aspect_ratio=decrease,setpts=N/TB"
        );
        let mut child = command
            .arg("-i")
            .arg(&self.file)
            .args(["-an", "-fps_mode", "passthrough", "-vf", &fit])
            .args(["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "-"])
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start ffmpeg")?;
        let pipe = child.stdout.take().context("ffmpeg without output")?;
        Ok(Frames { child, pipe: BufReader::new(pipe) })
    }
}

fn is_camera(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "mjpeg")
}

fn rate(file: &Path) -> Result<f64> {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate"])
        .args(["-of", "csv=p=0"])
        .arg(file)
        .output()
        .context("cannot start ffprobe")?;
    let text = String::from_utf8_lossy(&probe.stdout);
    let fps = text.trim().trim_end_matches(',').split_once('/').and_then(|(frames, seconds)| {
        let fps = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
        (fps.is_finite() && fps > 0.0).then_some(fps)
    });
    fps.with_context(|| format!("{} is no video", file.display()))
}

/// The frames of a video, one after the other.
pub struct Frames {
    child: Child,
    pipe: BufReader<ChildStdout>,
}

impl Iterator for Frames {
    type Item = Result<RgbImage>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.pipe.fill_buf() {
            Ok([]) => match self.child.wait() {
                Ok(status) if status.success() => None,
                Ok(status) => Some(Err(anyhow::anyhow!("ffmpeg failed ({status})"))),
                Err(error) => Some(Err(error.into())),
            },
            Ok(_) => Some(read_ppm(&mut self.pipe)),
            Err(error) => Some(Err(error.into())),
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        // Footage that is not watched to its end: ffmpeg must not outlive us.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One picture as `ppm(5)` describes it, as ffmpeg writes it.
fn read_ppm(pipe: &mut impl BufRead) -> Result<RgbImage> {
    let mut header = String::new();
    for _ in 0..3 {
        pipe.read_line(&mut header)?;
    }
    let words: Vec<&str> = header.split_whitespace().collect();
    let ["P6", width, height, "255"] = words.as_slice() else { bail!("ffmpeg wrote no picture") };
    let (width, height): (u32, u32) = (width.parse()?, height.parse()?);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    pipe.read_exact(&mut pixels)?;
    RgbImage::from_raw(width, height, pixels).context("a picture of no size")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_read_and_the_next_one_left() {
        let mut pipe = &b"P6\n2 1\n255\nabcdefP6\n"[..];
        let picture = read_ppm(&mut pipe).unwrap();
        assert_eq!((picture.dimensions(), picture.as_raw().as_slice()), ((2, 1), &b"abcdef"[..]));
        assert_eq!(pipe, b"P6\n");
        assert!(read_ppm(&mut &b"P6\n2 2\n255\nabc"[..]).is_err(), "cut short");
        assert!(read_ppm(&mut &b"GIF89a"[..]).is_err());
    }
}
