//! 汇总 the figures of several regions: every region's server is asked at once for what it counts, and what they count is added exactly
//! ([`shiyan_indicators::gathered`]). A region that does not answer, or whose answer cannot be added, is named with the reason, and the sum says of how
//! many regions it is made.

mod ask;
pub mod code;
mod file;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use shiyan_foundation::Refusal;
use shiyan_indicators::{Counts, Divisor, Gathered, Gatherer, Unfit};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use ask::Question;
pub use file::{Region, SECONDS, TokenAt, regions};

/// 一地的答复
#[derive(Debug)]
pub struct Answer {
    /// The region.
    pub region: Region,
    /// What it counts, or why it is not in the sum.
    pub heard: Result<Counts, Refusal>,
    /// How long it took.
    pub took: Duration,
}

/// Every answer in the order of the file, and the sum of those that could be added.
#[derive(Debug)]
pub struct Answers {
    /// 各地
    pub regions: Vec<Answer>,
    /// 合计; `None` when nothing could be added.
    pub sum: Option<Gathered>,
    /// How long all of it took, the adding included.
    pub took: Duration,
}

impl Answers {
    /// How many regions the sum is made of.
    #[must_use]
    pub fn added(&self) -> usize {
        self.regions.iter().filter(|r| r.heard.is_ok()).count()
    }
}

/// Regions that are asked at a time, each over a line of its own: below what a process may open.
const AT_ONCE: usize = 256;

/// Asks every region at once.
pub async fn gather(regions: Vec<Region>, question: Question, gatherer: &Gatherer) -> Answers {
    let begun = Instant::now();
    let (mut asking, turns) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (at, region) in regions.iter().cloned().enumerate() {
        let turns = turns.clone();
        asking.spawn(async move {
            // its time begins when it is asked
            let _turn = turns.acquire().await;
            (at, ask::ask(&region, question).await)
        });
    }
    let mut heard: Vec<Option<(Result<Counts, Refusal>, Duration)>> = regions.iter().map(|_| None).collect();
    while let Some(done) = asking.join_next().await {
        // one that broke off leaves its place empty, and is named below
        if let Ok((at, answer)) = done {
            heard[at] = Some(answer);
        }
    }
    let broke_off = || (Err(Refusal::new(code::AWAY).with("why", "broken off")), Duration::ZERO);
    let answers = regions.into_iter().zip(heard).map(|(region, heard)| {
        let (heard, took) = heard.unwrap_or_else(broke_off);
        Answer { region, heard, took }
    });
    let (regions, sum) = put_together(answers.collect(), gatherer);
    Answers { regions, sum, took: begun.elapsed() }
}

/// Names what cannot be added, and adds up the rest.
fn put_together(mut regions: Vec<Answer>, gatherer: &Gatherer) -> (Vec<Answer>, Option<Gathered>) {
    for answer in &mut regions {
        if let Ok(counts) = &mut answer.heard {
            if let Some(people) = answer.region.people {
                counts.scope.divisor = Divisor::Given(people);
            }
            if let Err(why) = gatherer.fit(counts) {
                answer.heard = Err(unfit(why, gatherer));
            }
        }
    }
    let there: Vec<usize> = (0..regions.len()).filter(|at| regions[*at].heard.is_ok()).collect();
    let counts: Vec<&Counts> = regions.iter().filter_map(|r| r.heard.as_ref().ok()).collect();
    let twice: Vec<(usize, usize, String)> = Gatherer::overlaps(&counts).into_iter().map(|(at, (other, street))| (there[at], there[other], street)).collect();
    for (at, other, street) in twice {
        let (zh, en) = (regions[other].region.zh.clone(), regions[other].region.en.clone());
        regions[at].heard = Err(Refusal::new(code::OVERLAP).with("street", street).with("other", zh).with("other_en", en));
    }
    let counts: Vec<&Counts> = regions.iter().filter_map(|r| r.heard.as_ref().ok()).collect();
    let sum = gatherer.sum(&counts);
    (regions, sum)
}

fn unfit(why: Unfit, gatherer: &Gatherer) -> Refusal {
    match why {
        Unfit::Form(detail) => Refusal::new(code::OTHER_FORM).with("detail", detail),
        Unfit::Day(theirs) => Refusal::new(code::OTHER_DAY).with("theirs", theirs).with("ours", gatherer.as_of()),
        Unfit::Scope(zh, en) => Refusal::new(code::OTHER_SCOPE).with("part", zh).with("part_en", en),
    }
}
