//! The head of one WebSocket frame, as a server may send it (RFC 6455, section 5.2).

/// What stands before a frame's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) opcode: Opcode,
    /// Whether its message ends with it.
    pub(super) is_last: bool,
    pub(super) head_bytes: usize,
    pub(super) payload_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// Why bytes are no WebSocket frames that a client may accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame is compressed, which was not offered")]
    Compressed,
    #[error("a frame has reserved bits set")]
    Reserved,
    #[error("a frame is masked, which only a client's may be")]
    Masked,
    #[error("a frame has the unknown opcode {0}")]
    Opcode(u8),
    #[error("a frame's length is beyond 63 bits")]
    Length,
    #[error("a control frame is fragmented")]
    FragmentedControl,
    #[error("a control frame is longer than 125 bytes")]
    LongControl,
    #[error("a fragment continues no message")]
    NothingToContinue,
    #[error("a message begins inside another")]
    NotContinued,
    #[error("a close frame holds half a code")]
    HalfACloseCode,
    #[error("frames came with the head of the answer, more than can be kept")]
    TooEarly,
}

const LONGEST_CONTROL: u64 = 125;

impl FrameHead {
    /// The head at the beginning of `bytes`; `None` while it is incomplete.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>, FrameError> {
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & 0x40 != 0 {
            return Err(FrameError::Compressed);
        }
        if first & 0x30 != 0 {
            return Err(FrameError::Reserved);
        }
        if second & 0x80 != 0 {
            return Err(FrameError::Masked);
        }
        let opcode = match first & 0x0f {
            0 => Opcode::Continuation,
            1 => Opcode::Text,
            2 => Opcode::Binary,
            8 => Opcode::Close,
            9 => Opcode::Ping,
            10 => Opcode::Pong,
            unknown => return Err(FrameError::Opcode(unknown)),
        };
        let (length_bytes, payload_bytes) = match second & 0x7f {
            126 => match rest.first_chunk() {
                Some(length) => (2, u16::from_be_bytes(*length).into()),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (8, u64::from_be_bytes(*length)),
                None => return Ok(None),
            },
            short => (0, short.into()),
        };
        let is_last = first & 0x80 != 0;
        if payload_bytes > i64::MAX as u64 {
            return Err(FrameError::Length);
        }
        if matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong) {
            if !is_last {
                return Err(FrameError::FragmentedControl);
            }
            if payload_bytes > LONGEST_CONTROL {
                return Err(FrameError::LongControl);
            }
        }
        Ok(Some(Self {
            opcode,
            is_last,
            head_bytes: 2 + length_bytes,
            payload_bytes,
        }))
    }

    /// The length of the whole frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        self.head_bytes as u64 + self.payload_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_complete() {
        let bytes = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        for end in 0..bytes.len() {
            assert_eq!(FrameHead::parse(&bytes[..end]), Ok(None));
        }
        let head = FrameHead {
            opcode: Opcode::Binary,
            is_last: true,
            head_bytes: 10,
            payload_bytes: 65_536,
        };
        assert_eq!(FrameHead::parse(&bytes), Ok(Some(head)));
        assert_eq!(head.frame_bytes(), 65_546);
    }

    #[test]
    fn what_a_server_may_not_send_is_refused() {
        for (bytes, error) in [
            (&[0xc1, 0][..], FrameError::Compressed),
            (&[0xa1, 0], FrameError::Reserved),
            (&[0x81, 0x80], FrameError::Masked),
            (&[0x83, 0], FrameError::Opcode(3)),
            (&[0x8b, 0], FrameError::Opcode(11)),
            (&[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], FrameError::Length),
            (&[0x09, 0], FrameError::FragmentedControl),
            (&[0x89, 126, 0, 126], FrameError::LongControl),
        ] {
            assert_eq!(FrameHead::parse(bytes), Err(error));
        }
    }
}
