//! Compressed streams. What is compressed is put into the file as it is and not unpacked again.

use flate2::{Compress, Compression, FlushCompress, Status};
use lopdf::{Dictionary, Stream};

use super::RenderError;

/// How hard the streams of one document are compressed, from 1 to 9; more makes them hardly smaller.
pub(super) const LEVEL: u32 = 6;
/// How hard what is made once and put into many documents.
pub(super) const LASTING: u32 = 9;

/// A compressed stream.
pub(super) fn deflated(entries: Dictionary, content: &[u8]) -> Result<Stream, RenderError> {
    Ok(packed(entries, Packer::new(LEVEL).pack(content)?))
}

/// Compresses one content after the other (zlib); its tables are larger than most of them.
pub(super) struct Packer(Compress);

impl Packer {
    pub(super) fn new(level: u32) -> Self {
        Self(Compress::new(Compression::new(level), true))
    }

    /// The content, compressed.
    pub(super) fn pack(&mut self, content: &[u8]) -> Result<Vec<u8>, std::io::Error> {
        self.0.reset();
        let mut out = Vec::with_capacity(content.len() / 2 + 64);
        loop {
            let read = usize::try_from(self.0.total_in()).unwrap_or(usize::MAX);
            let rest = content.get(read..).unwrap_or_default();
            let done = self.0.compress_vec(rest, &mut out, FlushCompress::Finish);
            if done.map_err(std::io::Error::other)? == Status::StreamEnd {
                return Ok(out);
            }
            out.reserve(out.len() + 64);
        }
    }
}

/// A stream of content that is compressed already.
pub(super) fn packed(mut entries: Dictionary, content: Vec<u8>) -> Stream {
    entries.set("Filter", "FlateDecode");
    Stream::new(entries, content)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn what_was_packed_before_makes_no_difference() {
        let mut packer = Packer::new(LEVEL);
        let noise: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
            .collect();
        for content in [&b""[..], b"a", &[7; 100_000], &noise, b"a"] {
            let packed = packer.pack(content).unwrap();
            assert_eq!(packed, Packer::new(LEVEL).pack(content).unwrap());
            let stream = super::packed(Dictionary::new(), packed);
            assert_eq!(stream.decompressed_content().unwrap(), content);
        }
    }
}
