//! Which form of events a client would rather have, by its `Accept` header (RFC 9110, section 12.5.1).

use actix_web::http::header::{self, HeaderMap};

/// The form in which an answer's events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accepted {
    Ndjson,
    ServerSentEvents,
}

impl Accepted {
    /// The form with the greater weight. NDJSON is what is answered when both weigh the same, and when
    /// neither is accepted: a client that forgot the header shall understand its answer all the same.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let (mut ndjson, mut sse) = (Weight::default(), Weight::default());
        let values = headers.get_all(header::ACCEPT);
        for range in values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|it| it.split(','))
        {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(quality).unwrap_or(1.0);
            match &*media {
                "application/x-ndjson" | "application/ndjson" | "application/json" => {
                    ndjson.consider(2, quality);
                }
                "text/event-stream" => sse.consider(2, quality),
                "application/*" => ndjson.consider(1, quality),
                "text/*" => sse.consider(1, quality),
                "*/*" => {
                    ndjson.consider(0, quality);
                    sse.consider(0, quality);
                }
                _ => {}
            }
        }
        if sse.quality > ndjson.quality {
            Self::ServerSentEvents
        } else {
            Self::Ndjson
        }
    }
}

/// The weight of a form: that of the most specific range that names it.
#[derive(Default)]
struct Weight {
    specificity: u8,
    quality: f32,
}

impl Weight {
    fn consider(&mut self, specificity: u8, quality: f32) {
        if specificity > self.specificity {
            *self = Self {
                specificity,
                quality,
            };
        } else if specificity == self.specificity {
            self.quality = self.quality.max(quality);
        }
    }
}

/// The value of a `q` parameter; one that is no weight counts as zero.
fn quality(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    let quality = || {
        value
            .trim()
            .parse()
            .ok()
            .filter(|it| (0.0..=1.0).contains(it))
    };
    name.trim()
        .eq_ignore_ascii_case("q")
        .then(|| quality().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn accepted(values: &[&'static str]) -> Accepted {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        Accepted::of(&headers)
    }

    #[test]
    fn server_sent_events_are_for_those_who_prefer_them() {
        for values in [
            &["text/event-stream"][..],
            &["Text/Event-Stream; q=0.5"],
            &["text/event-stream, */*;q=0.1"],
            &["application/x-ndjson;q=0.5", "text/event-stream;q=0.9"],
            &["text/*"],
        ] {
            assert_eq!(accepted(values), Accepted::ServerSentEvents, "{values:?}");
        }
    }

    #[test]
    fn everybody_else_gets_ndjson() {
        for values in [
            &[][..],
            &["*/*"],
            &["text/html"],
            &["text/event-stream, application/x-ndjson"],
            &["text/event-stream;q=0.5, application/json"],
            &["text/event-stream;q=0"],
            &["text/event-stream;q=nan"],
            &["text/event-stream;q=2"],
            &[";;;q=,,=;", "\t,;q"],
        ] {
            assert_eq!(accepted(values), Accepted::Ndjson, "{values:?}");
        }
    }
}
