//! Figures from the ledger beside the same counted row by row.

use std::collections::BTreeSet;

use shiyan_analytics::{Input, tables};
use shiyan_app::App;
use shiyan_foundation::ids::LabId;
use shiyan_foundation::{Instant, Scope};
use shiyan_indicators::{CaseLine, Heap, Kpis, Sets};

use crate::bench::TestApp;
use crate::people::STREET;

/// Cases by their number: the ledger and the database need not keep them in one order.
fn by_number(lines: &[CaseLine]) -> Vec<CaseLine> {
    let mut lines = lines.to_vec();
    lines.sort_by(|a, b| a.case_no.cmp(&b.case_no));
    lines
}

fn the_same<H: Heap>(rows: &Kpis<H>, ledger: &Kpis<u64>, of: &str) {
    let numbers = rows.figures().map(|f| f.numbers());
    assert!(numbers.zip(ledger.figures()).all(|(a, b)| a == *b) && rows.figures().count() == ledger.figures().count(), "{of}: {:#?}", {
        let differ = rows.figures().zip(ledger.figures()).filter(|(a, b)| a.numbers() != **b);
        differ.map(|(a, b)| (a.brief(), b.brief())).collect::<Vec<_>>()
    });
    assert_eq!((rows.in_lab.number(), rows.in_transit.number(), rows.undetermined.number()), (ledger.in_lab, ledger.in_transit, ledger.undetermined), "{of}");
    assert_eq!((rows.gap, &rows.forecast, &rows.pace, &rows.rapid.plan), (ledger.gap, &ledger.forecast, &ledger.pace, &ledger.rapid.plan), "{of}");
    for (a, b) in [
        (&rows.overdue, &ledger.overdue),
        (&rows.due_today, &ledger.due_today),
        (&rows.open_not_due, &ledger.open_not_due),
        (&rows.closed_late, &ledger.closed_late),
        (&rows.unevidenced, &ledger.unevidenced),
    ] {
        assert_eq!(by_number(a), by_number(b), "{of}");
    }
}

impl TestApp {
    /// The figures and the tables of this year and the last that the ledger gives are those counted row by row: of the district, of a street, of a
    /// laboratory. The ledger of the application is the one that followed what was done since it was asked last.
    pub async fn assert_figures(&self, now: Instant) {
        let app = &self.app;
        let this = chrono::Datelike::year(&now);
        let labs = app.laboratories().await.unwrap();
        let scopes =
            [Scope::District, Scope::Streets(BTreeSet::from([STREET.to_owned()])), Scope::Lab(labs.first().map_or(LabId(uuid::Uuid::nil()), |l| l.id))];
        self.assert_months(now).await;
        for year in [this - 1, this] {
            for user in &scopes {
                let of = format!("{year}, {user:?}");
                let scope = app.kpi_scope(year).await.unwrap();
                let make = |sets: &Sets<'_>, kpis: &Kpis<u64>| {
                    tables(&Input { sets: *sets, scope: &kpis.scope, as_of: kpis.as_of, classes: &[], looks: true }).unwrap()
                };
                let (figures, folded) = app.figures_beside(scope.clone(), user, None, now, make).await.unwrap();
                assert_eq!(figures.stands_on, Some(app.stage().head().await.unwrap().seq), "{of}");
                let rows = app.year_as_of(scope, user, None, now).await.unwrap();
                the_same(&rows.kpis, &figures.kpis, &of);
                let (first, last) = (day(year - 1, 1, 1), day(year, 12, 31));
                let items = app.failing_items(first, last, user).await.unwrap();
                let plain = Input { sets: Sets::plain(&rows.facts, &items), scope: &rows.scope, as_of: rows.kpis.as_of, classes: &[], looks: true };
                assert_eq!(tables(&plain).unwrap(), folded, "{of}");
            }
        }
        self.assert_kept(now).await;
    }
    /// 存档 whoever begins with the ledger that was kept when the figures were asked for last, and hears from the journal what came since, says the
    /// same; and so does whoever counts from the cells alone that it kept.
    async fn assert_kept(&self, now: Instant) {
        let scope = self.app.kpi_scope(chrono::Datelike::year(&now)).await.unwrap();
        let of = async |app: &App| app.figures(scope.clone(), &Scope::District, None, now).await.unwrap();
        let rows = self.app.year_as_of(scope.clone(), &Scope::District, None, now).await.unwrap();
        let head = Some(self.app.stage().head().await.unwrap().seq);
        let run = || App::new(self.app.stage().clone(), |_| Ok(Vec::new())).keeping_ledger_in(self.dir.join("ledger"));
        let next = run();
        let goes_on = of(&next).await;
        the_same(&rows.kpis, &goes_on.kpis, "goes on with what was kept");
        next.keep_ledger(true).await.unwrap();
        let counts = of(&run()).await;
        the_same(&rows.kpis, &counts.kpis, "counts from what was kept");
        assert_eq!((goes_on.stands_on, counts.stands_on), (head, head));
    }
}

impl TestApp {
    /// The facts of the months, which are kept as files, are together the facts of the years.
    async fn assert_months(&self, now: Instant) {
        let app = &self.app;
        let year = app.year(app.kpi_scope(chrono::Datelike::year(&now)).await.unwrap(), &Scope::District, now).await.unwrap();
        let span = |on: chrono::NaiveDate| chrono::Datelike::year(&on) >= chrono::Datelike::year(&now) - 1;
        let (mut batches, mut failing, mut readings) = (0, 0, 0);
        for month in app.months_of_facts(now).await.unwrap().into_iter().filter(|m| span(*m)) {
            let facts = app.month_facts(month).await.unwrap();
            batches += facts.batches.len();
            failing += facts.items.iter().filter(|i| i.failing).count();
            readings += facts.readings.len();
        }
        let this = chrono::Datelike::year(&now);
        let items = app.failing_items(day(this - 1, 1, 1), day(this, 12, 31), &Scope::District).await.unwrap();
        assert_eq!((batches, failing, readings), (year.facts.batches.len(), items.len(), year.facts.rapid.len()));
    }
}

fn day(year: i32, month: u32, day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap()
}
