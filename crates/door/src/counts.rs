//! 计数 who is in the house, who was sent away and why.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::refuse::Why;

/// What the metrics tell of a door.
#[derive(Debug)]
pub struct Counts {
    pub(crate) open: AtomicU64,
    pub(crate) opened: AtomicU64,
    pub(crate) requests: AtomicU64,
    refused: Vec<AtomicU64>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            open: AtomicU64::default(),
            opened: AtomicU64::default(),
            requests: AtomicU64::default(),
            refused: Why::ALL.iter().map(|_| AtomicU64::default()).collect(),
        }
    }
}

impl Counts {
    pub(crate) fn refuse(&self, why: Why) {
        self.refused[why.index()].fetch_add(1, Relaxed);
    }
    /// Connections open now.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.open.load(Relaxed)
    }
    /// How many were sent away or cut off for this reason.
    #[must_use]
    pub fn refused(&self, why: Why) -> u64 {
        self.refused[why.index()].load(Relaxed)
    }
    /// In the text format of Prometheus.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, lines: &[(String, u64)]| {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in lines {
                let _ = writeln!(out, "{name}{labels} {value}");
            }
        };
        let one = |n: &AtomicU64| [(String::new(), n.load(Relaxed))];
        metric("shiyan_door_connections", "gauge", "Connections open at the front door.", &one(&self.open));
        metric("shiyan_door_connections_total", "counter", "Connections that were let in.", &one(&self.opened));
        metric("shiyan_door_requests_total", "counter", "Requests passed on.", &one(&self.requests));
        let refused: Vec<_> = Why::ALL.iter().map(|why| (format!("{{reason=\"{}\"}}", why.label()), self.refused(*why))).collect();
        metric("shiyan_door_refused_total", "counter", "Connections and requests sent away or cut off, by reason.", &refused);
        out
    }
}
