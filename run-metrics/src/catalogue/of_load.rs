//! Which metrics a load has: some of a run's, and its own.

use super::{
    ATTEMPTS, MetricDescription, MetricKind, RUN_CASES, RUN_INFO, RUN_PROBLEMS, STREAM_BYTES,
    STREAM_EVENTS,
};

metrics! {
    /// All metrics of a load, in the order of the documentation. What it shares with a run comes first, and
    /// means the same there.
    LOAD_METRICS [RUN_INFO, RUN_CASES, RUN_PROBLEMS, ATTEMPTS, STREAM_BYTES, STREAM_EVENTS]
    LOAD_STATE = Gauge "gauntlet_load_state" ["state"]
        "1 for what the load does now (starting, warming-up, running, ending: no attempt begins any more, ended), 0 for the others.";
    MEASURED = Counter "gauntlet_load_measured_seconds_total" []
        "Time since the end of the warm-up, until the last attempt had ended.";
    WARMUP = Counter "gauntlet_load_warmup_attempts_total" []
        "Attempts of the warm-up, which count nowhere else.";
    GOOD = Counter "gauntlet_load_good_attempts_total" ["case"]
        "Attempts that passed and took no longer than the gates on times allow.";
    RESPONSE = Histogram "gauntlet_load_response_seconds" ["case"]
        "How long attempts that passed took from when they were to begin, with all they had to wait for.";
    IN_FLIGHT = Gauge "gauntlet_load_in_flight_attempts" []
        "Attempts that are under way.";
    BUSIEST_THREAD = Gauge "gauntlet_load_busiest_thread_ratio" []
        "The share of its time in which the generator's busiest thread was busy, from 0 to 1.";
    SCHEDULED = Gauge "gauntlet_load_scheduled_attempts_per_second" []
        "How many attempts are to begin in a second by now.";
    LOAD_LAG = Histogram "gauntlet_load_lag_seconds" []
        "By how much attempts began later than they could have, which is the generator's own delay.";
    LATE_ATTEMPTS = Counter "gauntlet_load_late_attempts_total" []
        "Attempts that the generator itself began more than 10 ms late.";
    HELD = Counter "gauntlet_load_held_attempts_total" []
        "Attempts that had to wait for another one to end, as no more were allowed to be under way.";
    HELD_WHILE_BUSY = Counter "gauntlet_load_held_while_busy_attempts_total" []
        "How many of these waited while the generator's own thread had no time left.";
    NEVER_BEGUN = Counter "gauntlet_load_never_begun_attempts_total" []
        "Attempts that still waited so when the schedule was over, and were never begun.";
}
