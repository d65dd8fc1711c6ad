// Keeps an open page true, counts times, listens to keys. Everything works without it.
'use strict';
const body = document.body, $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const path = body.dataset.path, follows = body.dataset.follows;

// The server's clock, which may run faster than ours.
let base = +body.dataset.now || Date.now(), met = performance.now();
const speed = +body.dataset.speed || 1;
const now = () => base + (performance.now() - met) * speed;

const span = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000)), m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
  if (d) return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
  if (h) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  return m > 9 ? `${m} min` : m ? `${m} min ${s % 60} s` : `${s} s`;
};
const set = (el, text) => { if (el.textContent !== text) el.textContent = text; };
const zone = Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const inUtc = new Date().getTimezoneOffset() === 0;

const tick = () => {
  const t = now();
  for (const el of $$('[data-since]')) set(el, span(t - el.dataset.since));
  for (const el of $$('[data-until]')) {
    const left = el.dataset.until - t;
    set(el, left > 0 ? `in ${span(left)}` : `${span(-left)} late`);
  }
  for (const el of $$('[data-mark]')) {
    const x = Math.min(+el.dataset.max, (t - el.dataset.mark) / 1000);
    el.setAttribute('x1', x); el.setAttribute('x2', x);
  }
  for (const el of $$('[data-fill-since]')) el.value = (t - el.dataset.fillSince) / 1000;
  for (const el of $$('[data-clock]')) set(el, `${new Date(t).toISOString().slice(11, 16)} UTC`);
};

// Times in the reader's zone, with UTC beside.
const localise = (root) => {
  if (inUtc) return;
  for (const el of $$('time[data-at]', root)) {
    if (el.title) continue;
    el.title = el.dateTime.replace('T', ' ').slice(0, 16) + ' UTC';
    const there = zone.format(new Date(+el.dataset.at));
    set(el, el.textContent.includes('UTC') ? `${there} (${el.textContent})` : there);
  }
};

// A text that somebody is in the middle of is never taken away.
const fields = 'input:not([type=hidden]),select,textarea';
const typed = (el) => el.value !== el.defaultValue && !el.matches('[type=radio],select');
const busy = (region) => region.contains(document.activeElement) && document.activeElement.matches(fields) || $$(fields, region).some(typed);

const mark = (el) => [el.tagName, el.name, el.value, el.closest('[id]')?.id].join('|');
const key = (d) => mark(d) + $('summary', d)?.textContent.slice(0, 40);
const bottom = (el) => el.getBoundingClientRect().bottom;
// What counts as the same: all but what ticks, was opened or is marked.
const bare = (el) => {
  const c = el.cloneNode(true);
  for (const x of $$('[data-since],[data-until],[data-clock],time', c)) { x.textContent = ''; x.removeAttribute('title'); }
  for (const x of $$('[data-mark],[data-fill-since],.track,details,.now', c)) for (const a of ['x1', 'x2', 'value', 'open', 'aria-label', 'class']) x.removeAttribute(a);
  return c.innerHTML;
};
const words = (el) => el.textContent.replace(/\s+/g, ' ').trim().slice(0, 160);

const swap = (fresh) => {
  const news = [];
  for (const old of $$('[data-live]')) {
    const next = old.id && fresh.getElementById(old.id);
    if (!next) { if (!busy(old)) old.replaceChildren(); continue; }
    if (bare(old) === bare(next)) continue;
    if (busy(old)) continue;
    const seen = new Set($$('[data-event]', old).map((e) => e.id || words(e)));
    const was = new Map($$('details', old).map((d) => [key(d), d.open])), top = bottom(old), focus = document.activeElement;
    const trail = old.contains(focus) && mark(focus);
    const node = document.importNode(next, true);
    old.replaceWith(node);
    for (const d of $$('details', node)) if (was.has(key(d))) d.open = was.get(key(d));
    if (trail) $$('button,a,summary,pre', node).find((e) => mark(e) === trail)?.focus({ preventScroll: true });
    // What grows above the eye must not move what is being read.
    if (top < 0) scrollBy(0, bottom(node) - top);
    for (const e of $$('[data-event]', node)) if (!seen.has(e.id || words(e))) news.push(words(e));
    localise(node);
  }
  // Regions that did not exist when the page was opened.
  if ($$('[data-live]', fresh).some((n) => !document.getElementById(n.id))) stale = true;
  if (news.length) set($('#announce'), news.slice(0, 3).reverse().join('. '));
  if (fresh.title) document.title = fresh.title;
  if (stale && !busy(body)) location.replace(path || location.href);
  tick();
};

let stale = false, looking = false, again = false, said = 0;
const look = async () => {
  if (!path) return;
  if (looking) { again = true; return; }
  looking = true;
  try {
    const answer = await fetch(path, { headers: { 'X-Fragment': '1' }, redirect: 'manual' });
    if (answer.type === 'opaqueredirect') { location.reload(); return; }
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      base = +fresh.body.dataset.now; met = performance.now();
      swap(fresh);
      online();
    }
  } catch { offline(); }
  looking = false;
  if (again) { again = false; setTimeout(look, 250); }
};

// Heard every 15 s, or offline.
const banner = $('#offline');
let heard = performance.now(), wait = 1000, source, gone = 0;
const online = () => { heard = performance.now(); gone = 0; banner.hidden = true; wait = 1000; };
const offline = () => {
  if (!gone) gone = Date.now();
  set(banner, `Offline since ${zone.format(gone)}. What you see is as of then.`);
  banner.hidden = false;
};
const connect = () => {
  if (!path || document.hidden || !$('[data-live]')) return;
  source?.close();
  source = new EventSource('/live' + (follows ? '?incident=' + encodeURIComponent(follows) : ''));
  source.addEventListener('beat', () => { if (gone) look(); online(); });
  source.addEventListener('change', () => { online(); clearTimeout(said); said = setTimeout(look, 120); });
  source.onerror = () => {
    source.close();
    setTimeout(() => { connect(); look(); }, wait + Math.random() * 500);
    wait = Math.min(wait * 2, 30000);
    if (wait > 4000) offline();
  };
};
addEventListener('pagehide', () => source?.close());
addEventListener('pageshow', (e) => { if (e.persisted) { connect(); look(); } });
// A browser opens six streams a host at most, so a hidden tab gives its own back.
document.addEventListener('visibilitychange', () => { if (document.hidden) source?.close(); else { heard = performance.now(); connect(); look(); } });

// Keys.
const rows = () => $$('[data-row]').filter((r) => r.offsetParent);
const move = (by) => {
  const all = rows(), at = all.findIndex((r) => r.classList.contains('now'));
  all[at]?.classList.remove('now');
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  next?.classList.add('now'); next?.scrollIntoView({ block: 'nearest' });
};
const go = (letter) => {
  const el = $(`[data-key="${letter}"]`);
  if (!el) return;
  el.scrollIntoView({ block: 'center' });
  if (el.matches('details')) { el.open = true; ($(fields, el) || el).focus(); } else el.focus();
};
document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches(fields) || $('dialog[open]')) return;
  const k = e.key;
  if (k === 'Enter') { if (e.target === body) $('.now a,.now button')?.click(); return; }
  if (!'jk?asun'.includes(k)) return;
  e.preventDefault();
  if (k === 'j' || k === 'k') move(k === 'j' ? 1 : -1); else if (k === '?') $('#help').showModal(); else go(k);
});

// The blanks that are still open in an update, as it is typed.
document.addEventListener('input', (e) => {
  if (e.target.id !== 'body') return;
  for (const m of $$('#missing mark')) m.hidden = !e.target.value.includes(m.dataset.token);
  const p = $('#missing'); if (p) p.hidden = $$('mark', p).every((m) => m.hidden);
});

localise(document);
tick();
setInterval(() => { tick(); if (source && !document.hidden && performance.now() - heard > 40000) { heard = performance.now(); offline(); connect(); } }, 1000);
connect();
