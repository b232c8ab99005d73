//! Writes a page with one chart of each kind from invented figures: `cargo run -p shiyan-charts --example gallery -- OUT.html`.

use std::error::Error;

use shiyan_charts::{Chart, Control, ControlPoint, ControlSign, Pareto, Progress, Ranking, Series, Standing, Trend, svg};

fn series(name: &str, points: &[(&str, f64)]) -> Series {
    Series { name: name.to_owned(), points: points.iter().map(|(l, v)| ((*l).to_owned(), *v)).collect() }
}

/// Invented values of a control material, with what the rules say of them.
fn control() -> Control {
    let values = [5.05, 4.93, 5.12, 4.88, 5.21, 5.02, 5.43, 5.08, 4.95, 4.36, 5.01, 5.24, 5.23, 5.26, 5.22, 5.06, 5.09, 5.03, 5.11, 5.05, 5.43, 5.44, 4.9, 5.0];
    let broke = [(6, "1-2s"), (9, "1-3s"), (14, "4-1s"), (19, "10x"), (20, "1-2s、10x"), (21, "1-2s、2-2s、10x")];
    let points = values.into_iter().enumerate().map(|(i, value)| {
        let rules = broke.iter().find(|(at, _)| *at == i).map_or("", |(_, rules)| rules);
        let sign = match rules {
            "" => ControlSign::In,
            "1-2s" => ControlSign::Warning,
            _ => ControlSign::Out,
        };
        ControlPoint { label: format!("3月{}日", i + 1), value, sign, rules: rules.to_owned() }
    });
    Control {
        title: "毒死蜱质控样 QC-2026-03".into(),
        desc: "靶值 5.00 mg/kg，标准差 0.20 mg/kg，按批次先后".into(),
        points: points.collect(),
        target: 5.0,
        sd: 0.2,
        decimals: 2,
        unit: "mg/kg".into(),
        key: Control::KEY_ZH.map(Into::into),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "charts.html".to_owned());
    let charts = [
        Chart::Progress(Progress {
            title: "千人批次".into(),
            desc: "全年千人批次与目标".into(),
            value: 3.62,
            target: Some(4.0),
            text: "3.62批次/千人".into(),
            target_text: "目标4.00".into(),
            standing: Standing::Warning,
        }),
        Chart::Ranking(Ranking {
            title: "各街道问题发现率".into(),
            desc: "由高到低".into(),
            series: series("", &[("示范一街道", 4.26), ("示范二街道", 3.5), ("示范三街道", 2.1), ("示范四街道", 1.9), ("示范五街道", 0.0)]),
            n: vec![282, 26, 300, 410, 120],
            decimals: 2,
            unit: "%".into(),
            mark: Some(("全区2.28%".into(), 2.28)),
            ..Ranking::default()
        }),
        Chart::Trend(Trend {
            title: "月度问题发现率".into(),
            desc: "与上年同月比较；五月起尚无数据".into(),
            now: series("2026年", &[("1月", 1.62), ("2月", 1.1), ("3月", 1.95), ("4月", 2.24), ("5月", f64::NAN), ("6月", f64::NAN)]),
            last_year: Some(series("2025年", &[("1月", 1.8), ("2月", 1.52), ("3月", 2.1), ("4月", 2.36), ("5月", 2.88), ("6月", 2.95)])),
            n: vec![371, 18, 462, 491],
            decimals: 2,
            unit: "%".into(),
            ..Trend::default()
        }),
        Chart::Pareto(Pareto {
            title: "不合格项目类别".into(),
            desc: "项次与累计占比".into(),
            series: series(
                "项次",
                &[("农药残留超标", 58.0), ("微生物污染", 21.0), ("超范围超限量使用食品添加剂", 16.0), ("兽药残留超标", 13.0), ("其他", 2.0)],
            ),
            unit: "项次".into(),
            cumulative: "累计占比".into(),
            ..Pareto::default()
        }),
        Chart::Control(control()),
    ];
    let mut page =
        "<!doctype html><meta charset=utf-8><style>body{font:14px sans-serif;max-width:700px;margin:20px}svg{width:100%;margin:8px 0}</style>".to_owned();
    for (i, chart) in charts.iter().enumerate() {
        page.push_str(&svg(chart, &format!("c{i}"))?);
    }
    std::fs::write(out, page)?;
    Ok(())
}
