// 结果表 the keys of a spreadsheet over a form that works without them. Nothing is judged here: the server judges, this file
// moves, writes, sends, and loses nothing.
(function () {
  'use strict';
  const doc = document, form = doc.querySelector('form[data-sheet]');
  if (!form) { return; }
  const $ = (s, c) => (c || doc).querySelector(s), $$ = (s, c) => Array.from((c || doc).querySelectorAll(s));
  const zh = doc.documentElement.lang.indexOf('zh') === 0, t = (a, b) => (zh ? a : b);
  const table = $('table.ws', form), url = form.getAttribute('action'), csrf = form.elements.csrf.value;
  const frame = $('[data-frame]'), ribbon = $('[data-ribbon]', form), issues = $('[data-issues]', form), net = $('[data-net]', form);
  const whyBox = $('[data-why]', form), why = form.elements.why, drawer = $('[data-drawer]'), body = $('[data-body]', drawer);
  const esc = (s) => String(s).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]));

  // ---- the model: every place of the table, its input where it may be typed into
  const grid = [], byKey = new Map();
  $$('tbody tr', table).forEach((tr, r) => {
    grid.push($$('td', tr).map((td, c) => {
      const input = $('input.v', td), key = td.getAttribute('data-k') || '', rev = $('input[type=hidden]', td);
      const cell = { td, input, key, r, c, rev, seen: rev ? parseInt(rev.value, 10) : -1, back: td.getAttribute('data-s') === 'back', state: td.getAttribute('data-s') || '', flag: '' };
      cell.val = cell.saved = input ? input.defaultValue : '';
      td.cell = cell;
      if (input) { input.value = cell.val; }
      (input || td).tabIndex = -1;
      const mark = $('.mk', td);
      if (mark) { mark.tabIndex = -1; }
      if (key) { byKey.set(key, cell); }
      return cell;
    }));
  });
  const R = grid.length, C = R ? grid[0].length : 0;
  if (!R || !C) { return; }
  const all = () => Array.from(byKey.values());
  const name = (cell) => (cell.input ? cell.input.getAttribute('aria-label') : cell.key);
  const text = (cell) => (cell.input ? cell.input.value : ($('.v', cell.td) || cell.td).textContent.trim());
  const editable = all().some((c) => c.input);

  // ---- selection
  let at = null, anchor = null, mode = 'sel', dragging = false;
  const focusOf = (cell) => cell.input || cell.td;
  function box() {
    const a = anchor || at;
    return { r0: Math.min(a.r, at.r), r1: Math.max(a.r, at.r), c0: Math.min(a.c, at.c), c1: Math.max(a.c, at.c) };
  }
  function range() {
    const b = box(), out = [];
    for (let r = b.r0; r <= b.r1; r++) { for (let c = b.c0; c <= b.c1; c++) { out.push(grid[r][c]); } }
    return out;
  }
  function paint() {
    $$('td.sel, td.at', table).forEach((td) => td.classList.remove('sel', 'at'));
    const cells = range();
    if (cells.length > 1) { cells.forEach((x) => x.td.classList.add('sel')); }
    at.td.classList.add('at');
  }
  function go(r, c, extend) {
    const cell = grid[Math.max(0, Math.min(R - 1, r))][Math.max(0, Math.min(C - 1, c))];
    if (at) { focusOf(at).tabIndex = -1; }
    if (!extend) { anchor = cell; }
    at = cell;
    mode = 'sel';
    const el = focusOf(cell);
    el.tabIndex = 0;
    if (doc.activeElement !== el) { el.focus({ preventScroll: true }); }
    reveal(cell.td);
    if (cell.input) { cell.input.select(); }
    paint();
    follow();
  }
  // the frozen head and first column cover what scrolls under them
  function reveal(td) {
    const wrap = td.closest('.ws-wrap'), w = wrap.getBoundingClientRect(), x = td.getBoundingClientRect();
    const top = w.top + table.tHead.offsetHeight, left = w.left + $('th', td.parentNode).offsetWidth;
    if (x.top < top) { wrap.scrollTop -= top - x.top; } else if (x.bottom > w.top + wrap.clientHeight) { wrap.scrollTop += x.bottom - w.top - wrap.clientHeight; }
    if (x.left < left) { wrap.scrollLeft -= left - x.left; } else if (x.right > w.left + wrap.clientWidth) { wrap.scrollLeft += x.right - w.left - wrap.clientWidth; }
    td.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  // down a column and on to the next, or along a row and on to the next, through cells that may be typed into
  function step(dr, dc) {
    let r = at.r, c = at.c;
    for (;;) {
      r += dr; c += dc;
      if (dr && (r < 0 || r >= R)) { r = dr > 0 ? 0 : R - 1; c += dr; }
      if (dc && (c < 0 || c >= C)) { c = dc > 0 ? 0 : C - 1; r += dc; }
      if (r < 0 || r >= R || c < 0 || c >= C) { return false; }
      if (grid[r][c].input) { go(r, c); return true; }
    }
  }
  // Enter goes down and Tab right, unless the worksheet says which of them goes to the next sample: along the row 按项目, down the
  // column 按样品; then the other one goes to the next item
  function advance(k, back) {
    const by = table.getAttribute('data-by'), samples = table.getAttribute('data-advance'), d = back ? -1 : 1;
    const down = samples === 'excel' ? k === 'Enter' : (samples === k.toLowerCase()) === (by === 'sample');
    return down ? step(d, 0) : step(0, d);
  }
  function edge(dr, dc, extend) {
    let { r, c } = at;
    const ok = (y, x) => y >= 0 && y < R && x >= 0 && x < C, full = (y, x) => text(grid[y][x]) !== '';
    if (!ok(r + dr, c + dc)) { return; }
    const run = full(r, c) && full(r + dr, c + dc);
    do { r += dr; c += dc; } while (ok(r + dr, c + dc) && (run ? full(r + dr, c + dc) : !full(r, c)));
    go(r, c, extend);
  }
  function find(wanted) {
    const line = table.getAttribute('data-by') === 'item' ? (i) => grid[i % R][Math.floor(i / R)] : (i) => grid[Math.floor(i / C)][i % C];
    const from = at ? (table.getAttribute('data-by') === 'item' ? at.c * R + at.r : at.r * C + at.c) : -1;
    for (let n = 1; n <= R * C; n++) {
      const cell = line((from + n) % (R * C));
      if (cell.key && wanted(cell)) { go(cell.r, cell.c); return; }
    }
  }
  const flagged = (c) => /\bk-(fail|warn)\b/.test(c.td.className) || /^(err|conf|back)$/.test(c.state);

  // ---- what is not saved: waiting, on its way, refused or in conflict; kept on this device until the server has it
  const store = 'shiyan.ws.' + form.getAttribute('data-user') + '.' + url.split('/').pop();
  const tab = Math.random().toString(36).slice(2, 8), own = store + '.' + tab;
  const waiting = new Map(), refused = new Map();
  let flying = null, timer = 0, last = 0, fails = 0, leaving = '';
  const dirty = () => waiting.size + (flying ? flying.size : 0) + refused.size;
  function keep() {
    const out = {};
    [refused, flying || new Map(), waiting].forEach((m) => m.forEach((w, key) => { out[key] = { raw: w.raw, seen: w.seen }; }));
    if (mode !== 'sel' && at && at.input && at.input.value !== at.val) { out[at.key] = { raw: at.input.value, seen: at.seen }; }
    try { if (Object.keys(out).length) { localStorage.setItem(own, JSON.stringify(out)); } else { localStorage.removeItem(own); } } catch (e) { /* a full or forbidden store loses nothing that is still on the page */ }
    count('unsaved', dirty());
  }
  const count = (key, n) => { const b = $('[data-n=' + key + ']', form); if (b) { b.textContent = n; } };
  function state(cell, s) {
    cell.state = s;
    if (s) { cell.td.setAttribute('data-s', s); } else { cell.td.removeAttribute('data-s'); }
    if (cell.input) { if (s === 'err' || s === 'conf') { cell.input.setAttribute('aria-invalid', 'true'); } else { cell.input.removeAttribute('aria-invalid'); } }
  }
  function enqueue(cell, undo) {
    refused.delete(cell.key);
    waiting.set(cell.key, { raw: cell.val, seen: cell.seen, undo: !!undo });
    if (cell.val !== cell.saved) { unmark(cell); }
    state(cell, 'wait');
  }
  function schedule() {
    keep();
    if (flying || !waiting.size) { return; }
    clearTimeout(timer);
    const pause = fails ? Math.min(30000, 1000 * Math.pow(2, fails - 1)) : waiting.size >= 20 ? 0 : Math.max(0, last + 800 - Date.now());
    timer = setTimeout(flush, pause);
  }
  function flush() {
    clearTimeout(timer);
    if (flying || !waiting.size) { return; }
    flying = new Map();
    const cells = [], qc = [];
    for (const [key, w] of waiting) {
      if (flying.size >= 400) { break; }
      const cell = byKey.get(key), id = key.slice(2);
      w.seen = cell.seen;
      flying.set(key, w);
      if (key[0] === 'q') { qc.push({ slot: id, seen: w.seen, raw: w.raw }); } else { cells.push({ item: id, seen: w.seen, raw: w.raw, why: why ? why.value.trim() : '', undo: w.undo }); }
    }
    flying.forEach((w, key) => waiting.delete(key));
    last = Date.now();
    fetch(url + '/cells', { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'X-CSRF': csrf }, body: JSON.stringify({ cells, qc, by: form.getAttribute('data-user') }) })
      .then((r) => (r.ok ? r.json().then(taken) : r.json().catch(() => ({})).then((p) => whole(r.status, p))), () => later(t('网络不通，改动已留在本机，恢复后自动保存。', 'No network. Changes are kept on this device and saved when it is back.')));
  }
  // not now: what was on its way waits again, unless something newer waits already
  function later(text) {
    flying.forEach((w, key) => { if (!waiting.has(key)) { waiting.set(key, w); } });
    flying = null;
    fails++;
    leaving = '';
    say(text);
    schedule();
  }
  function whole(status, problem) {
    if (status === 401) { later(t('登录已过期：请在新窗口登录，这里会自动继续保存。', 'You are signed out: sign in in a new window; saving then goes on here.')); return; }
    if (status === 408 || status === 429 || status >= 500) { later(t('服务器暂时不能保存，改动已留在本机，稍后自动重试。', 'The server cannot save now. Changes are kept on this device and sent again.')); return; }
    const p = (problem.problems || [])[0] || {}, text = (t(p.zh, p.en) || status) + ' ' + (t(p.next_zh, p.next_en) || '');
    flying.forEach((w, key) => { if (!waiting.has(key)) { refuse(byKey.get(key), { raw: w.raw, seen: w.seen, code: problem.code || '', text }); } });
    flying = null;
    say(text);
    settle();
  }
  // the verdict of another text does not stand beside this one
  function unmark(cell) {
    const mark = $('.mk', cell.td), fig = $('.fig', cell.td), tone = / ?\bk-\w+/.exec(cell.td.className);
    if (!cell.judged) { cell.judged = { tone: tone ? tone[0] : '', mark: mark ? mark.textContent : '', fig: fig ? fig.textContent : '', title: cell.input ? cell.input.title : '' }; }
    cell.td.className = cell.td.className.replace(/ ?\bk-\w+/g, '');
    cell.td.classList.add('typed');
    if (mark) { mark.textContent = ''; }
    if (fig) { fig.textContent = ''; }
    if (cell.input) { cell.input.title = t('还没有保存和判定', 'Neither saved nor judged yet'); }
    if (cell.state === 'ok') { state(cell, cell.back ? 'back' : ''); }
    stale();
  }
  // back to the text that was judged, and nothing of it on its way: its verdict stands again
  function remark(cell) {
    const was = cell.judged, mark = $('.mk', cell.td), fig = $('.fig', cell.td);
    if (!was || pending(cell)) { return; }
    cell.judged = null;
    cell.td.classList.remove('typed');
    cell.td.className += was.tone;
    if (mark) { mark.textContent = was.mark; }
    if (fig) { fig.textContent = was.fig; }
    if (cell.input) { cell.input.title = was.title; }
    stale();
  }
  const pending = (cell) => waiting.has(cell.key) || refused.has(cell.key) || (flying !== null && flying.has(cell.key)) || cell.val !== cell.saved;
  // the drawer tells of what was saved last, and says so while something newer stands in the cell
  function stale() {
    const shown = $('.ws-detail', drawer), cell = shown && byKey.get(shown.getAttribute('data-k'));
    body.setAttribute('data-stale', t('这一格有还没有保存的改动，下面是上次保存的内容', 'This cell holds a change that is not saved yet; below is what was saved last'));
    drawer.classList.toggle('stale', !!(cell && cell.judged));
  }
  function refuse(cell, w) {
    refused.set(cell.key, w);
    unmark(cell);
    state(cell, w.now ? 'conf' : 'err');
    if (cell.input) { cell.input.title = w.text; }
  }
  function show(cell, v) {
    if (!cell) { return; }
    cell.seen = v.rev;
    if (cell.rev) { cell.rev.value = v.rev; }
    cell.saved = v.raw;
    cell.judged = null;
    if (cell.back && !v.returned) { const line = $('[data-confirm="' + cell.key + '"]', form); if (line) { line.closest('li').hidden = true; } }
    cell.back = !!v.returned;
    if (waiting.has(cell.key) || (flying && flying.has(cell.key))) { return; }
    if (cell.val !== v.raw) { cell.val = v.raw; if (cell.input && (cell !== at || mode === 'sel')) { cell.input.value = v.raw; } }
    cell.td.className = cell.td.className.replace(/ ?\b(k-\w+|typed)\b/g, '') + (v.tone ? ' k-' + v.tone : '');
    const mark = $('.mk', cell.td), lim = $('.fig', cell.td);
    if (mark) { mark.textContent = v.mark; }
    if (lim && v.figure !== undefined) { lim.textContent = v.figure; }
    if (cell.input) { cell.input.title = v.title || ''; }
    // somebody is typing over it at this moment
    if (cell === at && mode !== 'sel' && cell.input && cell.input.value !== v.raw) { unmark(cell); }
    stale();
  }
  function taken(answer) {
    const sent = flying, ok = [];
    flying = null;
    fails = 0;
    say('');
    answer.cells.forEach((v) => { const cell = byKey.get('r_' + v.item); refused.delete('r_' + v.item); show(cell, v); ok.push(cell); });
    answer.qc.forEach((v) => {
      const key = 'q_' + v.slot, cell = byKey.get(key);
      if (sent.has(key)) { refused.delete(key); ok.push(cell); } else if (refused.has(key) || waiting.has(key) || (cell === at && mode !== 'sel')) { return; }
      show(cell, v);
    });
    answer.refused.forEach((v) => {
      const key = v.item ? 'r_' + v.item : 'q_' + v.slot, cell = byKey.get(key), w = sent.get(key);
      if (!cell || !w || waiting.has(key)) { return; }
      refuse(cell, { raw: w.raw, seen: w.seen, code: v.code, text: v.reason + ' ' + v.next, now: v.conflict ? v.now : null });
      if (v.code === 'WS-WHY' && whyBox) { whyBox.classList.remove('off'); whyBox.classList.add('need'); }
    });
    ok.forEach((cell) => { if (cell && !waiting.has(cell.key)) { state(cell, 'ok'); setTimeout(() => { if (cell.state === 'ok') { state(cell, cell.back ? 'back' : ''); } }, 2000); } });
    Object.keys(answer.counts).forEach((k) => count(k, answer.counts[k]));
    $('[data-saved]', form).textContent = answer.saved_at;
    const badge = $('[data-qc]');
    if (badge) { badge.innerHTML = answer.qc_badge.html; }
    const shown = $('.ws-detail', drawer);
    if (!drawer.hidden && shown && ok.some((c) => c && c.key === shown.getAttribute('data-k'))) { load(byKey.get(shown.getAttribute('data-k'))); }
    settle();
  }
  function settle() {
    list();
    schedule();
    if (leaving && !dirty()) { const to = leaving; leaving = ''; location.href = to; }
    if (leaving && refused.size && !waiting.size && !flying) { leaving = ''; say(t('有没有保存的格，请先处理。', 'Some cells are not saved; deal with them first.')); }
  }
  const say = (text) => { net.textContent = text; };

  // ---- refused and conflicting cells, one line each, with both values
  function list() {
    issues.hidden = !refused.size;
    issues.innerHTML = Array.from(refused).slice(0, 40).map(([key, w]) => {
      const go = '<a href="#f-' + esc(key) + '" data-cell="' + esc(key) + '">' + esc(name(byKey.get(key))) + '</a>';
      if (!w.now) { return '<li class="is-err">' + go + '<span>“' + esc(w.raw) + '” ' + esc(w.text) + '</span></li>'; }
      const by = w.now.by ? '（' + esc(w.now.by) + '）' : '';
      return '<li class="is-conf">' + go + '<span>' + t('他人已改：我的 ', 'Changed by somebody else. Mine: ') + '<b>' + esc(w.raw || '--') + '</b> / ' + t('对方 ', 'theirs: ') + '<b>' + esc(w.now.raw || '--') + '</b>' + by + '</span>' +
        '<button type="button" class="btn small" data-mine="' + esc(key) + '">' + t('用我的', 'Take mine') + '</button><button type="button" class="btn small" data-theirs="' + esc(key) + '">' + t('用对方的', 'Take theirs') + '</button></li>';
    }).join('') + (refused.size > 40 ? '<li>+' + (refused.size - 40) + '</li>' : '');
  }
  function resolve(key, mine) {
    const cell = byKey.get(key), w = refused.get(key);
    if (!cell || !w) { return; }
    refused.delete(key);
    if (mine) { cell.seen = w.now.rev; cell.val = w.raw; enqueue(cell); } else { cell.val = ''; show(cell, w.now); state(cell, cell.back ? 'back' : ''); }
    settle();
    go(cell.r, cell.c);
  }

  // ---- writing: every change is a step that can be taken back, and taking back is a change of its own
  const undos = [], redos = [];
  function write(changes, how) {
    const done = [];
    changes.forEach(([cell, to]) => {
      if (!cell.input || (to === cell.val && how !== 'confirm')) { if (cell.input && cell.input.value !== cell.val && to === cell.val) { cell.input.value = cell.val; } return; }
      done.push([cell.key, cell.val, to]);
      cell.val = to;
      cell.input.value = to;
      enqueue(cell, how === 'undo');
    });
    if (done.length && how !== 'undo' && how !== 'redo') { undos.push(done); if (undos.length > 100) { undos.shift(); } redos.length = 0; }
    buttons();
    if (done.length) { list(); schedule(); }
    return done.length;
  }
  function back(from, to, how) {
    const stepped = from.pop();
    if (!stepped) { return; }
    to.push(stepped);
    write(stepped.map(([key, was, is]) => [byKey.get(key), how === 'undo' ? was : is]), how);
    const cell = byKey.get(stepped[0][0]);
    go(cell.r, cell.c);
  }
  const undo = () => back(undos, redos, 'undo'), redo = () => back(redos, undos, 'redo');
  function buttons() {
    const u = $('[data-do=undo]', form), r = $('[data-do=redo]', form);
    if (u) { u.disabled = !undos.length; r.disabled = !redos.length; }
  }
  function commit(cell) {
    if (!cell || !cell.input) { return; }
    const typed = cell.input.value.trim();
    const confirm = cell.back && mode === 'edit' && typed === cell.val;
    mode = 'sel';
    write([[cell, typed]], confirm ? 'confirm' : '');
    remark(cell);
    keep();
  }

  // ---- keys
  const composing = (e) => e.isComposing || e.keyCode === 229;
  function key(e) {
    if (composing(e) || !at) { return; }
    const ctrl = e.ctrlKey || e.metaKey, editing = mode === 'edit', typing = mode !== 'sel', k = e.key;
    const stop = () => e.preventDefault();
    if (ctrl && k === 'Enter') { stop(); toggle(); return; }
    if (ctrl && !e.altKey && /^[sS]$/.test(k)) { stop(); commit(at); flush(); return; }
    if (e.altKey && (e.code === 'KeyN' || /^[nN]$/.test(k))) { stop(); commit(at); find((c) => c.input && text(c) === ''); return; }
    if (k === 'F8') { stop(); commit(at); find(flagged); return; }
    if (k === 'F6') { stop(); commit(at); const out = drawer.hidden ? $('[data-quick] button, .ws-status button', form) : drawer; if (out) { out.focus(); } return; }
    if (k === 'F2') { stop(); if (at.input) { mode = 'edit'; const n = at.input.value.length; at.input.setSelectionRange(n, n); } return; }
    if (k === 'Escape') { if (typing && at.input) { stop(); at.input.value = at.val; mode = 'sel'; at.input.select(); remark(at); keep(); } else if (!ribbon.hidden) { close(); } else if (!drawer.hidden) { toggle(); } return; }
    if (k === 'Enter') { stop(); commit(at); advance(k, e.shiftKey); return; }
    if (k === 'Tab') { commit(at); if (advance(k, e.shiftKey)) { stop(); } return; }
    if (ctrl && !typing) {
      if (/^[zZ]$/.test(k)) { stop(); if (e.shiftKey) { redo(); } else { undo(); } return; }
      if (/^[yY]$/.test(k)) { stop(); redo(); return; }
      if (/^[dD]$/.test(k)) { stop(); fill(); return; }
      if (/^[aA]$/.test(k)) { stop(); anchor = grid[0][0]; at = grid[R - 1][C - 1]; paint(); return; }
    }
    if (editing) { return; }
    const arrow = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[k];
    if (arrow) { stop(); commit(at); if (ctrl) { edge(arrow[0], arrow[1], e.shiftKey); } else { go(at.r + arrow[0], at.c + arrow[1], e.shiftKey); } return; }
    if (typing) { return; }
    if (k === 'Home') { stop(); go(ctrl ? 0 : at.r, 0, e.shiftKey); return; }
    if (k === 'End') { stop(); go(ctrl ? R - 1 : at.r, C - 1, e.shiftKey); return; }
    if (k === 'PageUp' || k === 'PageDown') { stop(); go(at.r + (k === 'PageUp' ? -10 : 10), at.c, e.shiftKey); return; }
    if (k === 'Delete') { stop(); write(range().map((c) => [c, '']), ''); if (at.input) { at.input.select(); } return; }
    if (k === '?') { stop(); const keys = $('#keys'); if (keys && keys.showModal) { keys.showModal(); } }
  }
  function fill() {
    const b = box(), out = [];
    for (let c = b.c0; c <= b.c1; c++) {
      const top = b.r0 === b.r1 ? b.r0 - 1 : b.r0;
      if (top < 0) { continue; }
      for (let r = top + 1; r <= b.r1; r++) { out.push([grid[r][c], text(grid[top][c])]); }
    }
    write(out, '');
    go(at.r, at.c, true);
  }
  table.addEventListener('keydown', key);
  table.addEventListener('compositionstart', () => { if (mode === 'sel') { mode = 'enter'; } });
  table.addEventListener('input', () => {
    if (mode === 'sel') { mode = 'enter'; }
    if (at && at.input) { if (at.input.value === at.saved) { remark(at); } else { unmark(at); } }
    keep();
  });
  table.addEventListener('focusin', (e) => {
    const td = e.target.closest('td');
    if (td && td.cell && td.cell !== at && !e.target.classList.contains('mk')) { if (at && mode !== 'sel') { commit(at); } go(td.cell.r, td.cell.c); }
  });
  table.addEventListener('focusout', (e) => { if (at && e.target === at.input && mode !== 'sel') { commit(at); } });

  // ---- mouse: the first press selects, the second edits, a drag extends
  table.addEventListener('mousedown', (e) => {
    const td = e.target.closest('td');
    if (e.button || !td || !td.cell) { return; }
    if (e.target.closest('.mk')) { return; }
    if (td.cell === at && !e.shiftKey && doc.activeElement === at.input) { if (mode === 'sel') { mode = 'edit'; } return; }
    e.preventDefault();
    if (at) { commit(at); }
    go(td.cell.r, td.cell.c, e.shiftKey && !!at);
    dragging = true;
  });
  table.addEventListener('mouseover', (e) => {
    const td = e.target.closest('td');
    if (dragging && (e.buttons & 1) && td && td.cell && td.cell !== at) { go(td.cell.r, td.cell.c, true); }
  });
  doc.addEventListener('mouseup', () => { dragging = false; });
  table.addEventListener('click', (e) => {
    const mark = e.target.closest('.mk');
    if (mark && !e.ctrlKey && !e.metaKey) { e.preventDefault(); const cell = mark.closest('td').cell; go(cell.r, cell.c); if (drawer.hidden) { toggle(); } }
  });

  // ---- clipboard
  const inGrid = () => at && mode === 'sel' && doc.activeElement === focusOf(at);
  function copy(e, cut) {
    if (!inGrid()) { return; }
    const b = box(), lines = [];
    const quoted = (s) => (/["\t\n]/.test(s) ? '"' + s.replace(/"/g, '""') + '"' : s);
    for (let r = b.r0; r <= b.r1; r++) { lines.push(grid[r].slice(b.c0, b.c1 + 1).map((c) => quoted(text(c))).join('\t')); }
    e.clipboardData.setData('text/plain', lines.join('\n'));
    e.preventDefault();
    if (cut) { write(range().map((c) => [c, '']), ''); }
  }
  form.addEventListener('copy', (e) => copy(e, false));
  form.addEventListener('cut', (e) => copy(e, true));
  function rowsOf(source, mark) {
    const rows = [[]];
    let field = '', quoted = false;
    const s = source.replace(/\r\n?/g, '\n').replace(/\n$/, '');
    for (let i = 0; i < s.length; i++) {
      const ch = s[i];
      if (quoted) { if (ch !== '"') { field += ch; } else if (s[i + 1] === '"') { field += ch; i++; } else { quoted = false; } }
      else if (ch === '"' && !field) { quoted = true; }
      else if (ch === mark) { rows[rows.length - 1].push(field); field = ''; }
      else if (ch === '\n') { rows[rows.length - 1].push(field); rows.push([]); field = ''; }
      else { field += ch; }
    }
    rows[rows.length - 1].push(field);
    return rows.map((r) => r.map((f) => f.replace(/\s+/g, ' ').trim()));
  }
  // several lines with equally many commas and no tab look like CSV; that is asked, never assumed
  function looksCsv(source) {
    const lines = source.replace(/\r/g, '').replace(/\n+$/, '').split('\n');
    if (source.indexOf('\t') >= 0 || lines.length < 2) { return false; }
    const n = lines.map((l) => l.split(',').length);
    return n[0] > 1 && n.every((x) => x === n[0]);
  }
  function plan(rows) {
    const b = box(), out = { writes: [], over: 0, locked: [], outside: 0 };
    const one = rows.length === 1 && rows[0].length === 1 && (b.r0 !== b.r1 || b.c0 !== b.c1);
    const put = (r, c, value) => {
      const cell = grid[r] && grid[r][c];
      if (!cell) { out.outside++; } else if (!cell.input) { if (value !== '') { out.locked.push(cell); } } else if (value !== cell.val) { if (cell.val !== '') { out.over++; } out.writes.push([cell, value]); }
    };
    if (one) { for (let r = b.r0; r <= b.r1; r++) { for (let c = b.c0; c <= b.c1; c++) { put(r, c, rows[0][0]); } } }
    else { rows.forEach((row, i) => row.forEach((value, j) => put(b.r0 + i, b.c0 + j, value))); }
    out.size = one ? 1 : rows.reduce((n, r) => n + r.length, 0);
    return out;
  }
  function where(cell) {
    const head = table.tHead.rows[0].cells[cell.c + 1], row = cell.td.parentNode.cells[0];
    const first = (th) => th.firstChild.textContent.trim();
    return first(table.getAttribute('data-by') === 'item' ? head : row) + ' ' + first(table.getAttribute('data-by') === 'item' ? row : head);
  }
  function told(p) {
    const parts = [t('将写入 ', 'Writes ') + p.writes.length + t(' 格', ' cells')];
    if (p.over) { parts.push(t('其中 ' + p.over + ' 格覆盖已有的值', p.over + ' of them replace a value')); }
    if (p.locked.length) { parts.push(t('跳过 ', 'skips ') + p.locked.length + t(' 格（锁定或没有这个项目）：', ' (locked or no such item): ') + p.locked.slice(0, 3).map(where).join(t('、', ', ')) + (p.locked.length > 3 ? ' …' : '')); }
    if (p.outside) { parts.push(t('超出表格 ', 'outside the grid: ') + p.outside + t(' 格', '')); }
    return parts.join(t('，', ', '));
  }
  function apply(p) {
    close();
    write(p.writes, '');
    go(at.r, at.c);
    if (p.locked.length || p.outside) { say(told(p)); }
  }
  form.addEventListener('paste', (e) => {
    if (!inGrid() || !editable) { return; }
    e.preventDefault();
    const source = e.clipboardData.getData('text/plain');
    if (!source) { return; }
    const csv = looksCsv(source);
    let p = plan(rowsOf(source, csv ? ',' : '\t'));
    if (p.size <= 20 && !csv && !p.locked.length && !p.outside) { apply(p); return; }
    const comma = csv ? '<label class="ws-tick"><input type="checkbox" data-csv checked><span>' + t('按逗号分列', 'Split at commas') + '</span></label>' : '';
    const draw = () => { $('[data-told]', ribbon).textContent = told(p); };
    open('<span data-told></span>' + comma + button('ok', t('应用', 'Apply'), true) + button('no', t('取消', 'Cancel')), { ok: () => apply(p), no: () => { close(); go(at.r, at.c); } });
    draw();
    const box2 = $('[data-csv]', ribbon);
    if (box2) { box2.addEventListener('change', () => { p = plan(rowsOf(source, box2.checked ? ',' : '\t')); draw(); }); }
    $('[data-b=ok]', ribbon).focus();
  });

  // What a form says, and a new key for the next time: a page that stays sends the same form again with another content.
  function sent(one) {
    const body = new URLSearchParams(new FormData(one)), key = one.elements.idempotency;
    if (key) { key.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(''); }
    return body;
  }

  // ---- the ribbon above the grid: a paste to confirm, text of the last time to restore
  const button = (key, word, primary) => ' <button type="button" class="btn small' + (primary ? ' primary' : '') + '" data-b="' + key + '">' + word + '</button>';
  let answers = {};
  function open(html, on) { ribbon.innerHTML = html; ribbon.hidden = false; answers = on; }
  function close() { ribbon.hidden = true; ribbon.innerHTML = ''; answers = {}; }
  ribbon.addEventListener('click', (e) => { const b = e.target.closest('[data-b]'); if (b && answers[b.getAttribute('data-b')]) { answers[b.getAttribute('data-b')](); } });
  ribbon.addEventListener('keydown', (e) => { if (e.key === 'Escape' && answers.no) { e.preventDefault(); answers.no(); } });

  // ---- the drawer follows the selection
  let asked = 0, wait = 0;
  function load(cell) {
    if (!cell || !cell.key) { return; }
    const mine = ++asked;
    fetch(url + '/cells/' + cell.key.slice(2), { credentials: 'same-origin' }).then((r) => (r.ok ? r.text() : Promise.reject())).then((html) => {
      if (mine !== asked || drawer.hidden) { return; }
      body.innerHTML = html;
      stale();
      const d = $('.ws-detail', body);
      // nothing of ours waits here: what the drawer brings is what stands
      if (d && !waiting.has(cell.key) && !refused.has(cell.key) && !(flying && flying.has(cell.key)) && (cell !== at || mode === 'sel')) {
        const of = (k) => d.getAttribute('data-' + k);
        show(cell, { rev: parseInt(of('rev'), 10), raw: of('raw'), mark: of('sign'), tone: of('tone'), title: of('title'), returned: d.hasAttribute('data-back') });
      }
    }).catch(() => { if (mine === asked) { body.textContent = t('读不到详情，请再试。', 'The details cannot be read; try again.'); } });
  }
  function follow() { if (!drawer.hidden) { clearTimeout(wait); wait = setTimeout(() => load(at), 180); } }
  function toggle() {
    const cell = at || all()[0];
    drawer.hidden = !drawer.hidden;
    frame.classList.toggle('open', !drawer.hidden);
    if (!drawer.hidden) { body.textContent = ''; load(cell); }
    if (cell) { go(cell.r, cell.c); }
  }
  frame.classList.toggle('open', !drawer.hidden);
  drawer.addEventListener('click', (e) => { if (e.target.closest('[data-close]')) { e.preventDefault(); toggle(); } });
  drawer.addEventListener('keydown', (e) => { if (e.key === 'Escape' || e.key === 'F6') { e.preventDefault(); if (e.key === 'Escape') { toggle(); } else if (at) { go(at.r, at.c); } } });
  drawer.addEventListener('submit', (e) => {
    if (!e.target.hasAttribute('data-remark')) { return; }
    e.preventDefault();
    fetch(e.target.action, { method: 'POST', credentials: 'same-origin', body: sent(e.target) }).then((r) => {
      if (r.ok) { load(byKey.get($('.ws-detail', body).getAttribute('data-k'))); say(t('说明已保存', 'The words were saved')); }
      else { say(t('说明没有保存：写得太短，这一格刚被改过，或检验批已完成。', 'The words were not saved: too short, the cell was just changed, or the worksheet is finished.')); }
    }, () => say(t('网络不通，说明没有保存。', 'No network; the words were not saved.')));
  });

  // ---- what stands around the grid
  let remembered = Promise.resolve();
  form.addEventListener('submit', (e) => { e.preventDefault(); if (at) { commit(at); } flush(); });
  doc.addEventListener('click', (e) => {
    const a = e.target.closest('[data-cell]'), mine = e.target.closest('[data-mine]'), theirs = e.target.closest('[data-theirs]'), todo = e.target.closest('[data-do]'), lim = e.target.closest('[data-limits]'), rows = e.target.closest('[data-rows]'), away = e.target.closest('a[data-flush]');
    if (a) { const cell = byKey.get(a.getAttribute('data-cell')); if (cell) { e.preventDefault(); go(cell.r, cell.c); } }
    if (mine) { resolve(mine.getAttribute('data-mine'), true); }
    if (theirs) { resolve(theirs.getAttribute('data-theirs'), false); }
    if (todo) { const what = todo.getAttribute('data-do'); if (what === 'undo') { undo(); } else if (what === 'redo') { redo(); } else { toggle(); } }
    if (lim) {
      e.preventDefault();
      const off = frame.classList.toggle('no-lim');
      lim.setAttribute('aria-pressed', String(!off));
      doc.cookie = 'ws_limits=' + (off ? 'off' : 'on') + '; path=/worksheets; max-age=31536000; samesite=lax';
    }
    // the server remembers it; nothing that is on the page is lost by it
    if (rows && !e.ctrlKey && !e.metaKey) {
      e.preventDefault();
      $$('[data-rows]').forEach((a) => { frame.classList.toggle('d-' + a.getAttribute('data-rows'), a === rows); if (a === rows) { a.setAttribute('aria-current', 'true'); } else { a.removeAttribute('aria-current'); } });
      remembered = remembered.then(() => fetch(rows.href, { credentials: 'same-origin' })).then((r) => r.text()).catch(() => {});
    }
    // leaving the page through one of our links waits for what is still on its way
    if (away && !e.ctrlKey && !e.metaKey) {
      if (at) { commit(at); }
      if (waiting.size || flying) { e.preventDefault(); leaving = away.href; say(t('正在保存…', 'Saving …')); flush(); }
    }
  });
  $$('[data-confirm]', form).forEach((b) => b.addEventListener('change', () => {
    const cell = byKey.get(b.getAttribute('data-confirm'));
    if (b.checked && cell && cell.input) { write([[cell, cell.val]], 'confirm'); }
  }));
  if (why) { why.addEventListener('change', () => { if (why.value.trim().length > 1) { whyBox.classList.remove('need'); Array.from(refused).forEach(([k, w]) => { if (w.code === 'WS-WHY') { const cell = byKey.get(k); cell.val = w.raw; enqueue(cell); } }); list(); schedule(); } }); }
  const ways = $('[data-advances]');
  if (ways) {
    ways.elements.advance.addEventListener('change', () => {
      const chosen = ways.elements.advance, was = table.getAttribute('data-advance');
      const failed = () => { chosen.value = was; say(t('键入走向没有设定，请再试。', 'Where the keys go was not set; try again.')); };
      fetch(ways.action, { method: 'POST', credentials: 'same-origin', body: sent(ways) }).then((r) => {
        if (!r.ok || r.url.indexOf('/login') >= 0) { failed(); return; }
        table.setAttribute('data-advance', chosen.value);
        say('');
        if (at) { go(at.r, at.c); }
      }, failed);
    });
  }
  const quick = $('[data-quick]', form);
  if (quick) {
    quick.addEventListener('mousedown', (e) => e.preventDefault());
    quick.addEventListener('click', (e) => {
      const b = e.target.closest('button');
      if (!b || !at || !at.input) { return; }
      if (b.value === '<') { if (mode === 'sel') { at.input.value = ''; } at.input.value = '<' + at.input.value.replace(/^</, ''); mode = 'edit'; at.input.focus(); const n = at.input.value.length; at.input.setSelectionRange(n, n); unmark(at); keep(); }
      else { write([[at, b.value]], ''); advance('Enter'); }
    });
  }
  addEventListener('online', () => { fails = 0; schedule(); });
  addEventListener('focus', () => { if (fails) { fails = 0; schedule(); } });
  addEventListener('beforeunload', (e) => { if (at && mode !== 'sel') { commit(at); } if (dirty()) { keep(); e.preventDefault(); e.returnValue = ''; } });

  // ---- what a crash left behind: every tab of this sheet that is still open says so, the rest is offered again
  const channel = window.BroadcastChannel ? new BroadcastChannel(store) : null, alive = new Set([own]);
  if (channel) { channel.onmessage = (e) => { if (e.data.ask) { channel.postMessage({ here: own }); } else { alive.add(e.data.here); } }; channel.postMessage({ ask: true }); }
  setTimeout(() => {
    let left = [], lost = {};
    try { left = Object.keys(localStorage).filter((k) => k.indexOf(store + '.') === 0 && !alive.has(k)); left.forEach((k) => Object.assign(lost, JSON.parse(localStorage.getItem(k) || '{}'))); } catch (e) { return; }
    const forget = () => { left.forEach((k) => localStorage.removeItem(k)); };
    const cells = Object.keys(lost).filter((k) => byKey.has(k) && byKey.get(k).input && lost[k].raw !== byKey.get(k).saved);
    if (!cells.length) { forget(); return; }
    const named = cells.slice(0, 4).map((k) => where(byKey.get(k)) + ' “' + lost[k].raw + '”').join(t('、', ', ')) + (cells.length > 4 ? ' …' : '');
    open('<span></span>' + button('ok', t('恢复', 'Restore'), true) + button('no', t('放弃', 'Discard')), {
      ok: () => { close(); write(cells.map((k) => { const cell = byKey.get(k); cell.seen = lost[k].seen; return [cell, lost[k].raw]; }), ''); forget(); },
      no: () => { close(); forget(); }
    });
    $('span', ribbon).textContent = t('有 ' + cells.length + ' 格上次没有保存：', cells.length + ' cells were not saved last time: ') + named;
  }, 250);

  // ---- begin where the address points, else at the first empty cell
  const asks = /^#f-([rq]_.+)$/.exec(decodeURIComponent(location.hash)), shown = $('.ws-detail', drawer);
  const wanted = (asks && byKey.get(asks[1])) || (shown && byKey.get(shown.getAttribute('data-k')));
  const first = wanted || all().find((c) => c.input && c.back) || all().find((c) => c.input && c.val === '') || all().find((c) => c.input) || grid[0][0];
  focusOf(first).tabIndex = 0;
  if (wanted || (editable && !matchMedia('(pointer: coarse)').matches && doc.activeElement === doc.body)) { go(first.r, first.c); } else { at = anchor = first; paint(); }
  frame.classList.add('on');
}());
