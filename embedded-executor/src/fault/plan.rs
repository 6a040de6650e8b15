//! Which executions a fault strikes: decided by its seed and by how many it could have struck before.

use super::{Fault, spec::FaultKind};

/// The faults of an executor, and how often each had its chance.
#[derive(Debug)]
pub(crate) struct FaultPlan {
    faults: Vec<Planned>,
}

#[derive(Debug)]
struct Planned {
    fault: Fault,
    /// Executions that it could have struck.
    chances: u64,
    /// Those that it struck.
    strikes: u64,
}

/// An execution, or what comes before it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Occasion<'a> {
    /// A command over HTTP, which has no answer yet.
    Http { command: &'a str },
    /// The handshake of a WebSocket.
    Handshake,
    /// A command over a WebSocket.
    WebSocket { command: &'a str },
}

impl FaultPlan {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        let planned = |fault: &Fault| Planned {
            fault: fault.clone(),
            chances: 0,
            strikes: 0,
        };
        Self {
            faults: faults.iter().map(planned).collect(),
        }
    }

    /// The fault that strikes on this occasion: the first that does.
    pub(crate) fn strike(&mut self, occasion: Occasion<'_>) -> Option<Fault> {
        let struck = |planned: &mut Planned| planned.strikes(occasion);
        let planned = self.faults.iter_mut().find_map(|planned| {
            let strikes = struck(planned);
            strikes.then_some(planned)
        })?;
        Some(planned.fault.clone())
    }
}

impl Planned {
    fn strikes(&mut self, occasion: Occasion<'_>) -> bool {
        let is_used_up = self
            .fault
            .count
            .is_some_and(|count| self.strikes >= count.get());
        if is_used_up || !self.fault.could_strike(occasion) {
            return false;
        }
        let strikes = draw(self.fault.seed, self.chances) < self.fault.probability;
        self.chances += 1;
        self.strikes += u64::from(strikes);
        strikes
    }
}

impl Fault {
    fn could_strike(&self, occasion: Occasion<'_>) -> bool {
        let (fits, command) = match occasion {
            Occasion::Http { command } => {
                (!matches!(self.kind, FaultKind::WsClose(_)), Some(command))
            }
            Occasion::Handshake => (self.kind.precedes_answer(), None),
            Occasion::WebSocket { command } => (!self.kind.precedes_answer(), Some(command)),
        };
        let matches =
            |pattern: &String| command.is_some_and(|command| command.contains(&**pattern));
        fits && self.pattern.as_ref().is_none_or(matches)
    }
}

/// The `ordinal`th number between 0 and 1 (exclusive) that belongs to a seed: one step of SplitMix64,
/// which needs no state and whose neighbours have nothing in common.
fn draw(seed: u64, ordinal: u64) -> f64 {
    let mut bits = seed.wrapping_add(ordinal.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    // As many bits as a number between 0 and 1 can hold.
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTTP: Occasion<'_> = Occasion::Http {
        command: "ask claude",
    };

    fn plan(faults: &[&str]) -> FaultPlan {
        let faults: Vec<Fault> = faults.iter().map(|text| text.parse().unwrap()).collect();
        FaultPlan::new(&faults)
    }

    fn strikes(
        plan: &mut FaultPlan,
        occasion: Occasion<'_>,
        times: usize,
    ) -> Vec<Option<&'static str>> {
        let strike = |_| plan.strike(occasion).map(|fault| fault.kind());
        (0..times).map(strike).collect()
    }

    #[test]
    fn the_same_seed_strikes_the_same_executions() {
        let run = |seed: u64| strikes(&mut plan(&[&format!("reset:p=0.5,seed={seed}")]), HTTP, 200);
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let struck = run(7).iter().flatten().count();
        assert!((70..130).contains(&struck), "{struck}");
    }

    #[test]
    fn probabilities_of_zero_and_one_are_never_and_always() {
        assert!(
            strikes(&mut plan(&["reset:p=0"]), HTTP, 1000)
                .iter()
                .all(Option::is_none)
        );
        assert!(
            strikes(&mut plan(&["reset"]), HTTP, 1000)
                .iter()
                .all(Option::is_some)
        );
    }

    #[test]
    fn the_first_that_strikes_does_until_its_count_is_used_up() {
        let mut plan = plan(&["reset:count=2", "flood:match=nobody", "cut-line:count=1"]);
        let expected = [Some("reset"), Some("reset"), Some("cut-line"), None, None];
        assert_eq!(strikes(&mut plan, HTTP, 5), expected);
    }

    #[test]
    fn what_cannot_strike_has_no_chance_that_could_change_later_draws() {
        let text = "reset:p=0.5,seed=3,match=claude";
        let mut mixed = plan(&[text]);
        let mut drawn = vec![];
        for _ in 0..50 {
            mixed.strike(Occasion::Http { command: "other" });
            drawn.push(mixed.strike(HTTP).map(|fault| fault.kind()));
        }
        assert_eq!(drawn, strikes(&mut plan(&[text]), HTTP, 50));
    }

    #[test]
    fn each_fault_strikes_where_it_makes_sense() {
        let socket = Occasion::WebSocket {
            command: "ask claude",
        };
        for (text, http, handshake, websocket) in [
            ("html", true, true, false),
            ("html:match=claude", true, false, false),
            ("reset", true, false, true),
            ("ws-close=1011", false, false, true),
            ("drop-terminal:match=claude", true, false, true),
        ] {
            let strikes = |occasion| plan(&[text]).strike(occasion).is_some();
            let where_to = (strikes(HTTP), strikes(Occasion::Handshake), strikes(socket));
            assert_eq!(where_to, (http, handshake, websocket), "{text}");
        }
    }
}
