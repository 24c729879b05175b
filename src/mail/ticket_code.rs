//! The code on a ticket: a QR picture of its secret, and of nothing else.

use qrcode::{Color, EcLevel, QrCode};

/// Pixels of one module's side.
const SCALE: usize = 6;
/// Light modules around the code, so that readers find it (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

/// Why there is no picture: a fault of ours, since secrets are short.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The secret does not fit into a code.
    #[error("a ticket's secret is no QR code: {0}")]
    Encode(#[from] qrcode::types::QrError),
    /// The picture could not be written.
    #[error("a ticket's code is no PNG: {0}")]
    Draw(#[from] png::EncodingError),
}

/// The picture as PNG, black on white, a bit a pixel.
///
/// # Errors
/// [`CodeError`].
pub fn png(secret: &str) -> Result<Vec<u8>, CodeError> {
    let code = QrCode::with_error_correction_level(secret, EcLevel::M)?;
    let side = (code.width() + 2 * QUIET) * SCALE;
    let is_dark = |x: usize, y: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET);
        let inside = |module: &usize| *module < code.width();
        let (x, y) = (module(x).filter(inside), module(y).filter(inside));
        matches!((x, y), (Some(x), Some(y)) if code[(x, y)] == Color::Dark)
    };
    let mut pixels = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..side {
        for eight in (0..side).step_by(8) {
            let light = |bit: usize| u8::from(!is_dark(eight + bit, y)) << (7 - bit);
            pixels.push((0..8).map(light).fold(0, |byte, bit| byte | bit));
        }
    }
    let mut file = Vec::new();
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_a_code_with_light_around_it() {
        let secret = "kgt_0123456789abcdefghijklmnopqrstuv";
        let file = png(secret).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let modules = QrCode::with_error_correction_level(secret, EcLevel::M)
            .unwrap()
            .width();
        let side = u32::try_from((modules + 2 * QUIET) * SCALE).unwrap();
        assert_eq!((info.width, info.height), (side, side));
        let dark = |x: usize, y: usize| pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1 == 0;
        assert!(!dark(0, 0) && !dark(QUIET * SCALE - 1, QUIET * SCALE));
        // The corner of a finder pattern: seven dark modules, then a light one.
        let at = |module: usize| dark((QUIET + module) * SCALE, QUIET * SCALE);
        assert!((0..7).all(at) && !at(7));
    }
}
