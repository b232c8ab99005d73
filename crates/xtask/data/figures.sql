-- 年报十二问 the twelve questions of the annual report over the rows, in SQL that DuckDB, polars and DataFusion run word for word over the
-- fact files (views batch, item, reading, case_part and service). Counts and sums only, so that every answer is an exact number; rates are
-- made of them afterwards. `cargo xtask bench --figures` compares our own answers with DuckDB's, row by row.

-- class_failing 各食品大类监督抽检批次和不合格批次
SELECT class, COUNT(*) AS batches, SUM(CASE WHEN recheck_pending OR outcome = 'fail' THEN 1 ELSE 0 END) AS failing
FROM batch
WHERE stage = 'issued' AND kind = 'supervisory' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
GROUP BY class
ORDER BY class;

-- street_top 不合格批次最多的五十个街道
SELECT street, COUNT(*) AS batches, SUM(CASE WHEN recheck_pending OR outcome = 'fail' THEN 1 ELSE 0 END) AS failing
FROM batch
WHERE stage = 'issued' AND kind = 'supervisory' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
GROUP BY street
ORDER BY failing DESC, street
LIMIT 50;

-- month_link 各月各环节监督抽检批次和不合格批次
SELECT EXTRACT(MONTH FROM sampled_on) AS month, link, COUNT(*) AS batches, SUM(CASE WHEN recheck_pending OR outcome = 'fail' THEN 1 ELSE 0 END) AS failing
FROM batch
WHERE stage = 'issued' AND kind = 'supervisory' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
GROUP BY EXTRACT(MONTH FROM sampled_on), link
ORDER BY month, link;

-- item_pareto 不合格批次中最常见的三十个不合格项目（项目与批次相连）
SELECT i.item_group AS item_group, i.analyte AS analyte, COUNT(*) AS failing_items
FROM item AS i JOIN batch AS b ON i.batch = b.batch
WHERE i.failing AND b.stage = 'issued' AND b.kind = 'supervisory' AND (b.recheck_pending OR b.outcome = 'fail')
  AND i.sampled_on >= DATE '2025-01-01' AND i.sampled_on < DATE '2026-01-01'
GROUP BY i.item_group, i.analyte
ORDER BY failing_items DESC, item_group, analyte
LIMIT 30;

-- lab_turnaround 各承检机构从到样到签发的天数：半数和九成的批次在几天内
WITH taken AS (
  SELECT lab, days_to_report, COUNT(*) AS n
  FROM batch
  WHERE days_to_report IS NOT NULL AND issued_on >= DATE '2025-01-01' AND issued_on < DATE '2026-01-01'
  GROUP BY lab, days_to_report
), summed AS (
  SELECT lab, days_to_report, SUM(n) OVER (PARTITION BY lab ORDER BY days_to_report) AS so_far, SUM(n) OVER (PARTITION BY lab) AS whole
  FROM taken
)
SELECT lab, MIN(whole) AS batches, MIN(CASE WHEN so_far * 2 >= whole THEN days_to_report END) AS half, MIN(CASE WHEN so_far * 10 >= whole * 9 THEN days_to_report END) AS nine_tenths
FROM summed
GROUP BY lab
ORDER BY lab;

-- on_time 各区县到期报告和按期签发的报告
SELECT district, COUNT(*) AS due, SUM(CASE WHEN issued_on <= report_due_on THEN 1 ELSE 0 END) AS in_time
FROM batch
WHERE (stage = 'issued' OR stage = 'in_lab') AND report_due_on >= DATE '2025-01-01' AND report_due_on < DATE '2026-01-01'
GROUP BY district
ORDER BY district;

-- rapid_month 各快检项目各月有效读数和阳性
SELECT item, EXTRACT(MONTH FROM tested_on) AS month, COUNT(*) AS readings, SUM(CASE WHEN verdict = 'positive' THEN 1 ELSE 0 END) AS positive
FROM reading
WHERE valid AND verdict <> 'invalid' AND tested_on >= DATE '2025-01-01' AND tested_on < DATE '2026-01-01'
GROUP BY item, EXTRACT(MONTH FROM tested_on)
ORDER BY item, month;

-- same_period 上半年与上年同期：各食品大类当时已签发的批次和不合格批次
SELECT class,
  SUM(CASE WHEN sampled_on >= DATE '2025-01-01' THEN 1 ELSE 0 END) AS batches,
  SUM(CASE WHEN sampled_on >= DATE '2025-01-01' AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS failing,
  SUM(CASE WHEN sampled_on < DATE '2025-01-01' THEN 1 ELSE 0 END) AS batches_before,
  SUM(CASE WHEN sampled_on < DATE '2025-01-01' AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS failing_before
FROM batch
WHERE stage = 'issued' AND kind = 'supervisory'
  AND ((sampled_on >= DATE '2025-01-01' AND issued_on <= DATE '2025-06-30') OR (sampled_on >= DATE '2024-01-01' AND sampled_on < DATE '2025-01-01' AND issued_on <= DATE '2024-06-30'))
GROUP BY class
ORDER BY class;

-- key_foods 重点食品：各组批次和不合格批次，组间有重叠，不相加
SELECT
  SUM(CASE WHEN class IN ('食用农产品', '畜禽肉及副产品', '蔬菜', '水产品', '水果', '水果类', '鲜蛋', '豆类', '生干坚果与籽类', '生干坚果与籽类食品') THEN 1 ELSE 0 END) AS farm,
  SUM(CASE WHEN class IN ('食用农产品', '畜禽肉及副产品', '蔬菜', '水产品', '水果', '水果类', '鲜蛋', '豆类', '生干坚果与籽类', '生干坚果与籽类食品') AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS farm_failing,
  SUM(CASE WHEN (class = '食用农产品' AND subclass = '水产品') OR class IN ('水产品', '水产制品') THEN 1 ELSE 0 END) AS aquatic,
  SUM(CASE WHEN ((class = '食用农产品' AND subclass = '水产品') OR class IN ('水产品', '水产制品')) AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS aquatic_failing,
  SUM(CASE WHEN (class = '食用农产品' AND subclass IN ('畜禽肉及副产品', '鲜蛋')) OR class IN ('畜禽肉及副产品', '鲜蛋') THEN 1 ELSE 0 END) AS livestock,
  SUM(CASE WHEN ((class = '食用农产品' AND subclass IN ('畜禽肉及副产品', '鲜蛋')) OR class IN ('畜禽肉及副产品', '鲜蛋')) AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS livestock_failing,
  SUM(CASE WHEN class IN ('乳制品', '婴幼儿配方食品') THEN 1 ELSE 0 END) AS dairy,
  SUM(CASE WHEN class IN ('乳制品', '婴幼儿配方食品') AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS dairy_failing,
  SUM(CASE WHEN class = '食用油、油脂及其制品' THEN 1 ELSE 0 END) AS oil,
  SUM(CASE WHEN class = '食用油、油脂及其制品' AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS oil_failing,
  SUM(CASE WHEN (class = '食用农产品' AND subclass = '蔬菜') OR class IN ('蔬菜', '蔬菜制品') THEN 1 ELSE 0 END) AS vegetable,
  SUM(CASE WHEN ((class = '食用农产品' AND subclass = '蔬菜') OR class IN ('蔬菜', '蔬菜制品')) AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS vegetable_failing,
  SUM(CASE WHEN (class = '食用农产品' AND subclass = '畜禽肉及副产品') OR class IN ('畜禽肉及副产品', '肉制品') THEN 1 ELSE 0 END) AS meat,
  SUM(CASE WHEN ((class = '食用农产品' AND subclass = '畜禽肉及副产品') OR class IN ('畜禽肉及副产品', '肉制品')) AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS meat_failing
FROM batch
WHERE stage = 'issued' AND kind = 'supervisory' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01';

-- level_kind 任务级别与任务类别：批次、不合格、问题、合格
SELECT level, kind, COUNT(*) AS batches,
  SUM(CASE WHEN recheck_pending OR outcome = 'fail' THEN 1 ELSE 0 END) AS failing,
  SUM(CASE WHEN NOT recheck_pending AND outcome = 'problem' THEN 1 ELSE 0 END) AS problem,
  SUM(CASE WHEN NOT recheck_pending AND outcome = 'pass' THEN 1 ELSE 0 END) AS passing
FROM batch
WHERE stage = 'issued' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
GROUP BY level, kind
ORDER BY level, kind;

-- group_history 农药残留各项目各月检验项次和不合格项次
SELECT analyte, EXTRACT(MONTH FROM sampled_on) AS month, COUNT(*) AS tested, SUM(CASE WHEN failing THEN 1 ELSE 0 END) AS failing
FROM item
WHERE item_group = '农药残留' AND sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
GROUP BY analyte, EXTRACT(MONTH FROM sampled_on)
ORDER BY analyte, month;

-- funnel 从抽样到处置：各步数量
WITH b AS (
  SELECT COUNT(*) AS sampled,
    SUM(CASE WHEN received_on IS NOT NULL THEN 1 ELSE 0 END) AS received,
    SUM(CASE WHEN stage = 'issued' THEN 1 ELSE 0 END) AS issued,
    SUM(CASE WHEN stage = 'issued' AND (recheck_pending OR outcome = 'fail') THEN 1 ELSE 0 END) AS failing
  FROM batch
  WHERE sampled_on >= DATE '2025-01-01' AND sampled_on < DATE '2026-01-01'
), c AS (
  SELECT COUNT(*) AS opened,
    SUM(CASE WHEN closed_on IS NOT NULL THEN 1 ELSE 0 END) AS closed,
    SUM(CASE WHEN closed_on <= due_on AND evidenced THEN 1 ELSE 0 END) AS closed_in_time
  FROM case_part
  WHERE NOT cancelled AND opened_on >= DATE '2025-01-01' AND opened_on < DATE '2026-01-01'
), s AS (
  SELECT COUNT(*) AS to_serve, SUM(CASE WHEN stopped_at IS NOT NULL THEN 1 ELSE 0 END) AS served
  FROM service
  WHERE rule = 'D06' AND NOT cancelled AND started_on >= DATE '2025-01-01' AND started_on < DATE '2026-01-01'
)
SELECT sampled, received, issued, failing, opened, closed, closed_in_time, to_serve, served
FROM b CROSS JOIN c CROSS JOIN s;
