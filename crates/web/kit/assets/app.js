// Shiyan 食验: everything works without this file; it only makes the keyboard and the thumb faster.
(function () {
  'use strict';
  var doc = document, root = doc.documentElement;
  root.classList.add('js');
  var $ = function (s, c) { return (c || doc).querySelector(s); };
  var $$ = function (s, c) { return Array.prototype.slice.call((c || doc).querySelectorAll(s)); };
  var composing = function (e) { return e.isComposing || e.keyCode === 229; };
  var typing = function (e) { var t = e.target; return t && (/^(INPUT|SELECT|TEXTAREA)$/.test(t.tagName) || t.isContentEditable); };

  // a refused form: the summary takes the focus, its links reach the field
  var errors = $('#errors');
  if (errors) { errors.focus(); }
  $$('#errors a[href^="#f-"]').forEach(function (a) {
    a.addEventListener('click', function (e) { var f = doc.getElementById(a.hash.slice(1)); if (f) { e.preventDefault(); f.scrollIntoView({ block: 'center' }); f.focus(); } });
  });

  // what scrolls and holds nothing that takes the focus can be reached and is named; what does not scroll is no stop of the Tab key
  var scrolls = function () {
    $$('.scroll-x, .plot, .ws-wrap, .ws-drawer, .ws-pick').forEach(function (box) {
      var over = (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) && !$('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]', box);
      if (over && !box.hasAttribute('tabindex')) {
        var head = box.closest('section') && $('h2, h3', box.closest('section')) || $('caption', box) || $('h1');
        box.tabIndex = 0; box.setAttribute('role', 'region'); box.setAttribute('aria-label', head ? head.textContent.trim().slice(0, 80) : doc.title); box.dataset.scrolls = '';
      } else if (!over && box.dataset.scrolls === '') {
        ['tabindex', 'role', 'aria-label', 'data-scrolls'].forEach(function (a) { box.removeAttribute(a); });
      }
    });
  };
  scrolls(); addEventListener('resize', scrolls); doc.addEventListener('toggle', scrolls, true);

  // menus close on Escape and on a click outside
  doc.addEventListener('click', function (e) { $$('details.menu[open], details.def[open], .rowacts details[open]').forEach(function (d) { if (!d.contains(e.target)) { d.open = false; } }); });

  // filters: a select applies at once
  $$('form[data-filters]').forEach(function (f) {
    f.addEventListener('change', function (e) { if (e.target.tagName === 'SELECT' || e.target.type === 'checkbox' || e.target.type === 'date') { if (f.requestSubmit) { f.requestSubmit(); } else { f.submit(); } } });
    // empty filters stay out of the address
    f.addEventListener('submit', function () {
      var empty = $$('input,select', f).filter(function (x) { return !x.value; });
      empty.forEach(function (x) { x.disabled = true; });
      setTimeout(function () { empty.forEach(function (x) { x.disabled = false; }); }, 0);
    });
  });

  // rows: a click anywhere opens the first link
  doc.addEventListener('click', function (e) {
    var tr = e.target.closest && e.target.closest('tr[data-row]');
    if (!tr || e.target.closest('a,button,input,select,summary,label') || String(window.getSelection())) { return; }
    var a = $('a', tr); if (a) { if (e.ctrlKey || e.metaKey) { window.open(a.href); } else { a.click(); } }
  });

  // keyboard
  var keys = $('#keys'), rows = $$('[data-row]'), at = -1, g = false;
  var link = function (row) { return row.tagName === 'A' ? row : $('a', row); };
  function move(d) {
    if (!rows.length) { return; }
    if (at >= 0) { rows[at].removeAttribute('aria-selected'); }
    at = Math.max(0, Math.min(rows.length - 1, at + d));
    rows[at].setAttribute('aria-selected', 'true');
    rows[at].scrollIntoView({ block: 'nearest' });
    var a = link(rows[at]); if (a) { a.focus({ preventScroll: true }); }
  }
  function toggleKeys() { if (keys && keys.showModal) { if (keys.open) { keys.close(); } else { keys.showModal(); } } }
  $$('[data-keys]').forEach(function (a) { a.addEventListener('click', function (e) { e.preventDefault(); toggleKeys(); }); });
  doc.addEventListener('keydown', function (e) {
    if (composing(e) || e.ctrlKey || e.metaKey || e.altKey) { return; }
    if (e.key === 'Escape') { $$('details.menu[open], details.def[open]').forEach(function (d) { d.open = false; }); return; }
    if (typing(e)) { return; }
    if (g) { g = false; var to = { h: '/', s: '/samples', b: '/bench', c: '/cases', p: '/plan', r: '/rapid' }[e.key]; if (to) { location.href = to; } return; }
    if (e.key === '/') { var f = $('.f-q input') || $('#find'); if (f) { e.preventDefault(); f.focus(); f.select(); } }
    else if (e.key === '?') { e.preventDefault(); toggleKeys(); }
    else if (e.key === 'j') { move(1); } else if (e.key === 'k') { move(-1); }
    else if (e.key === 'o' && at >= 0) { var a = link(rows[at]); if (a) { a.click(); } }
    else if (e.key === 'g') { g = true; setTimeout(function () { g = false; }, 900); }
  });

  // result grid: Enter and arrows move, an open input method never commits, what is not saved is marked
  $$('form[data-grid]').forEach(function (form) {
    var cells = $$('.cell', form), sent = false;
    // the verdict of another text does not stand beside this one
    function stale(c) {
      var other = c.value !== c.getAttribute('data-was'), judged = $('.judged', c.closest('tr'));
      c.classList.toggle('dirty', other);
      if (judged) { judged.classList.toggle('stale', other); }
    }
    cells.forEach(function (c, i) {
      c.addEventListener('keydown', function (e) {
        if (composing(e)) { return; }
        var d = e.key === 'Enter' ? (e.shiftKey ? -1 : 1) : e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
        if (!d) { return; }
        e.preventDefault();
        var n = cells[i + d]; if (n) { n.focus(); n.select(); } else if (e.key === 'Enter' && d > 0) { var b = $('button[value=save]', form); if (b) { b.focus(); } }
      });
      c.addEventListener('input', function () { stale(c); });
      stale(c);
    });
    // what a browser puts back into the fields when the page is shown again was not judged either
    window.addEventListener('pageshow', function () { cells.forEach(stale); });
    form.addEventListener('submit', function () { sent = true; });
    window.addEventListener('beforeunload', function (e) { if (!sent && $('.cell.dirty', form)) { e.preventDefault(); e.returnValue = ''; } });
  });

  // sampling sheet: the section in view is marked
  $$('form[data-steps]').forEach(function (form) {
    if (!window.IntersectionObserver) { return; }
    var links = {}; $$('.sheet-nav a', form).forEach(function (a) { links[a.hash.slice(1)] = a; });
    var seen = new IntersectionObserver(function (list) {
      list.forEach(function (x) { if (x.isIntersecting) { Object.keys(links).forEach(function (k) { links[k].removeAttribute('aria-current'); }); var a = links[x.target.id]; if (a) { a.setAttribute('aria-current', 'true'); } } });
    }, { rootMargin: '-20% 0px -70% 0px' });
    $$('.sheet-body > section', form).forEach(function (s) { seen.observe(s); });
  });

  // register: what is typed into the name finds entries; one press fills the card, which stays editable
  $$('[data-suggest]').forEach(function (box) {
    var name = doc.getElementById(box.getAttribute('data-for')), list = $('[data-offers]', box), timer, asked = 0;
    if (!name || !window.fetch) { return; }
    name.addEventListener('input', function (e) {
      clearTimeout(timer);
      if (composing(e) || name.value.trim().length < 2) { list.textContent = ''; return; }
      timer = setTimeout(function () {
        var mine = ++asked;
        fetch(box.getAttribute('data-suggest') + '&q=' + encodeURIComponent(name.value.trim()), { credentials: 'same-origin' }).then(function (r) { if (!r.ok) { throw r.status; } return r.text(); })
          .then(function (html) { if (mine === asked) { list.innerHTML = html; } }).catch(function () { list.textContent = ''; });
      }, 300);
    });
    name.addEventListener('compositionend', function () { name.dispatchEvent(new Event('input')); });
    list.addEventListener('click', function (e) {
      var b = e.target.closest && e.target.closest('[data-offer]'); if (!b) { return; }
      $$('[data-key]', b).forEach(function (s) { var f = doc.getElementById('f-' + s.getAttribute('data-key')); if (f) { f.value = s.textContent; } });
      var tick = doc.createElement('input'), label = doc.createElement('label'), said = doc.createElement('span'), at = $('[data-chosen]', box);
      tick.type = 'checkbox'; tick.name = box.getAttribute('data-name'); tick.value = b.getAttribute('data-offer'); tick.checked = true;
      said.textContent = ' ' + $('b', b).textContent; label.appendChild(tick); label.appendChild(said); at.textContent = ''; at.appendChild(label);
      list.textContent = ''; name.focus();
    });
  });

  // rapid entry: tiles fill the field, the method decides between three buttons and a reading
  $$('[data-into]').forEach(function (t) { t.addEventListener('change', function () { var f = doc.getElementById(t.getAttribute('data-into')); if (f) { f.value = t.value; } }); });
  $$('[data-method]').forEach(function (s) {
    var form = s.form;
    s.addEventListener('change', function () {
      var o = s.options[s.selectedIndex], unit = o.getAttribute('data-unit') || '';
      var off = function (el, yes) { if (el) { if (yes) { el.setAttribute('data-off', ''); } else { el.removeAttribute('data-off'); } } };
      off($('.reader', form), !unit); off($('.three', form), !!unit);
      var u = $('[data-unit-text]', form), r = $('[data-rule-text]', form); if (u) { u.textContent = unit; } if (r) { r.textContent = o.getAttribute('data-rule') || ''; }
    });
  });
  $$('form[data-rapid]').forEach(function (form) {
    form.addEventListener('keydown', function (e) { if (e.key === 'Enter' && e.target.tagName === 'INPUT' && (composing(e) || e.target.name !== 'value')) { e.preventDefault(); } });
  });

  // a tick in the head of a list ticks its rows
  $$('input[data-all]').forEach(function (all) {
    var rows = $$('input[name="' + all.getAttribute('data-all') + '"]:not([disabled])', all.form);
    all.addEventListener('change', function () { rows.forEach(function (r) { r.checked = all.checked; }); });
    rows.forEach(function (r) { r.addEventListener('change', function () { all.checked = rows.every(function (x) { return x.checked; }); }); });
  });

  // a job: ask what has changed; when it has ended the page is drawn anew with what can be done then
  $$('[data-job]').forEach(function (job) {
    var change = job.getAttribute('data-change'), bar = $('progress', job), text = $('[data-job-text]', job), wait = 700;
    function ask() {
      fetch(job.getAttribute('data-job') + '?after=' + change, { credentials: 'same-origin' }).then(function (r) { if (!r.ok) { throw r.status; } return r.json(); }).then(function (s) {
        change = s.change; bar.max = s.total; bar.value = s.settled; text.textContent = s.text;
        s.lines.forEach(function (l) { var tr = doc.getElementById('l-' + l.index); if (tr) { tr.innerHTML = l.html; } });
        if (s.finished) { location.reload(); } else { wait = 700; setTimeout(ask, wait); }
      }).catch(function (status) {
        // gone: the page says why; a network that is away for a moment is asked again, more slowly
        if (status === 404) { location.reload(); } else { wait = Math.min(wait * 2, 15000); setTimeout(ask, wait); }
      });
    }
    setTimeout(ask, wait);
  });

  // a whole row of ticks at once; the queue: a goes to the button that passes, r to the reason of a return
  $$('[data-all]').forEach(function (a) { a.addEventListener('change', function () { $$('input[type=checkbox]', a.closest('tr')).forEach(function (x) { x.checked = a.checked; }); }); });
  doc.addEventListener('keydown', function (e) {
    if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || typing(e) || (e.key !== 'a' && e.key !== 'r')) { return; }
    var here = at >= 0 ? rows[at] : $('.rq[data-row]'), hot = here && $('[data-hot=' + e.key + ']', here);
    if (!hot) { return; }
    e.preventDefault();
    if (hot.tagName === 'DETAILS') { hot.open = true; }
    var f = $('textarea,button:not([disabled])', hot); if (f) { f.focus(); f.scrollIntoView({ block: 'nearest' }); }
  });

  // one press, one post
  $$('form[method=post]').forEach(function (f) { f.addEventListener('submit', function (e) { if (f.hasAttribute('data-sent')) { e.preventDefault(); return; } f.setAttribute('data-sent', ''); setTimeout(function () { f.removeAttribute('data-sent'); }, 4000); }); });
  $$('[data-fill]').forEach(function (b) { b.addEventListener('click', function () { var u = $('#f-username'), p = $('#f-password'); if (u) { u.value = b.getAttribute('data-fill'); } if (p) { p.focus(); } }); });
  $$('[data-print]').forEach(function (b) { b.addEventListener('click', function () { window.print(); }); });
}());
