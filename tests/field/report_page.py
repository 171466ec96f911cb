#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of `automix report` in a real browser, Chromium without a screen.

  report_page.py PROGRAM SOURCE_DIR [KEEP_DIR]

Makes pages of the recorded logs, opens them from files and checks: no error of a script and nothing that the page's own policy
refuses; figures appear on hover and by keyboard and vanish on Escape; every text has a contrast of 4.5 or more in light
and in dark; one h1, no heading level is skipped, every chart and section has a name; nothing is wider than a window of
1280 or of 360 pixels; a screenshot has the size of the window and is neither blank nor the same in light and dark; the
page prints. Pictures stay in KEEP_DIR if it is given. Prints `skipped: ...` where there is no browser.
"""
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

program, source = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
data = source / "examples" / "data"
browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
if browser is None:
    print("skipped: no chromium; on Debian, apt-get install chromium")
    sys.exit(0)

# Runs in the page before its own script, to hear of all errors.
LISTEN = """<script>
window.faults = [];
addEventListener('error', e => faults.push('error: ' + e.message));
addEventListener('unhandledrejection', e => faults.push('rejection: ' + e.reason));
addEventListener('securitypolicyviolation', e => faults.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
</script>"""

# Runs behind it, and leaves what it found in the document.
LOOK = r"""<script>
(() => {
const say = {}, tip = document.getElementById('tip');
const marks = [...document.querySelectorAll('[data-tip]')];
say.marks = marks.length;
const shown = () => !tip.hidden && tip.textContent;
const over = m => m.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
say.hover = marks.filter(m => { m.scrollIntoView({block: 'center'}); over(m); return shown() !== m.dataset.tip; }).length;
const box = tip.getBoundingClientRect();
say.tip_inside = box.left >= 0 && box.right <= innerWidth && box.top >= 0;
document.body.dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
say.hidden_after = tip.hidden;
const svgs = [...document.querySelectorAll('figure svg')];
say.charts = svgs.length;
const stops = svg => [...svg.querySelectorAll('[data-tip]')].filter(m => m.tabIndex === 0).length;
say.stops = svgs.filter(svg => stops(svg) !== 1).length;
const first = svgs[0].querySelector('[tabindex="0"]');
first.focus();
say.focus = shown() === first.dataset.tip;
const key = name => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true, cancelable: true}));
key('ArrowRight');
say.arrow = document.activeElement !== first && shown() === document.activeElement.dataset.tip;
key('ArrowLeft');
say.back = document.activeElement === first;
key('Escape');
say.escape = tip.hidden;
say.stops_after = stops(svgs[0]);
document.querySelectorAll('details').forEach(d => d.open = true);
const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]);
say.h1 = levels.filter(l => l === 1).length;
say.skipped = levels.filter((l, i) => i > 0 && l > levels[i - 1] + 1).length;
say.title = document.title;
say.lang = document.documentElement.lang;
say.unnamed = [...document.querySelectorAll('figure svg')].filter(s => !s.getAttribute('aria-label')).length;
say.sections = document.querySelectorAll('section').length;
say.broken_links = [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href'))).length;
say.wide = document.documentElement.scrollWidth - innerWidth;
say.height = document.documentElement.scrollHeight;
say.resources = performance.getEntriesByType('resource').length;
// Contrast of every text to what it stands on: a part of a bar for texts inside it, else the nearest background.
const rgb = text => { const m = text.match(/[\d.]+/g).map(Number); return {c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
const light = c => { const l = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const behind = e => { for (; e; e = e.parentElement) { const b = rgb(getComputedStyle(e).backgroundColor); if (b.a > 0) return b.c; }
  return [255, 255, 255]; };
say.faint = [];
for (const e of document.querySelectorAll('body *')) {
  if (e.closest('script,style,#tip') || !e.firstChild || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
  const style = getComputedStyle(e), svg = e.closest('svg');
  const ink = rgb(svg ? style.fill : style.color).c;
  const under = svg && e.classList.contains('inside') ? rgb(getComputedStyle(e.previousElementSibling).fill).c : behind(svg ? svg.parentElement : e);
  const found = ratio(ink, under);
  if (found < 4.5) say.faint.push(e.tagName + '.' + e.getAttribute('class') + ' ' + found.toFixed(2) + ' ' + e.textContent.slice(0, 30));
}
say.faint = [...new Set(say.faint)].slice(0, 10);
// Texts of one chart that lie over each other.
say.overlaps = [];
for (const svg of svgs) {
  const texts = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
  const frame = svg.getBoundingClientRect();
  texts.forEach(([t, a], i) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1) say.overlaps.push('outside: ' + t.textContent);
    texts.slice(i + 1).forEach(([u, b]) => {
      if (a.left + 1 < b.right && b.left + 1 < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
        say.overlaps.push(t.textContent + ' / ' + u.textContent);
    });
  });
}
say.overlaps = say.overlaps.slice(0, 10);
say.faults = faults;
const out = document.createElement('pre');
out.id = 'found';
out.textContent = JSON.stringify(say);
document.body.append(out);
})();
</script>"""

problems = []


def check(right, what):
    if not right:
        problems.append(what)
        print("FAILED:", what)


def chromium(page, *options, timeout=120):
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   "--no-first-run", "--disable-extensions", "--disable-background-networking",
                   f"--user-data-dir={profile}", *options, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout)


def scheme(dark):
    return "--blink-settings=preferredColorScheme=" + ("0" if dark else "1")


def pixels_of(png):
    """Width, height and the share of the most common byte row of a PNG, without a library."""
    raw = png.read_bytes()
    width, height = struct.unpack(">II", raw[16:24])
    return width, height, zlib.crc32(raw)


def look_at(folder, name, page):
    text = page.read_text(encoding="utf-8")
    probe = folder / f"{name}.probe.html"
    probe.write_text(text.replace("<meta charset=\"utf-8\">", "<meta charset=\"utf-8\">" + LISTEN, 1).replace(
        "</body>", LOOK + "</body>", 1), encoding="utf-8")
    for width, dark in ((1280, False), (1280, True), (360, False)):
        where = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
        dom = chromium(probe, scheme(dark), f"--window-size={width},900", "--virtual-time-budget=4000", "--dump-dom").stdout
        found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.S)
        check(found, f"{where}: the page did not finish")
        if not found:
            continue
        import html
        say = json.loads(html.unescape(found.group(1)))
        check(say["faults"] == [], f"{where}: {say['faults']}")
        check(say["marks"] > 20 and say["hover"] == 0, f"{where}: {say['hover']} of {say['marks']} marks show no figures")
        for flag in ("tip_inside", "hidden_after", "focus", "arrow", "back", "escape"):
            check(say[flag], f"{where}: {flag}")
        check(say["stops"] == 0 and say["stops_after"] == 1, f"{where}: a chart is not one stop of the keyboard")
        check(say["h1"] == 1 and say["skipped"] == 0, f"{where}: headings")
        check(say["title"] and say["lang"] == "en" and say["unnamed"] == 0 and say["broken_links"] == 0, f"{where}: names")
        check(say["sections"] >= 9, f"{where}: {say['sections']} sections")
        check(say["wide"] <= 0, f"{where}: {say['wide']} pixels too wide")
        check(say["resources"] == 0, f"{where}: loads {say['resources']} resources")
        check(say["faint"] == [], f"{where}: contrast below 4.5: {say['faint']}")
        check(say["overlaps"] == [], f"{where}: texts over each other: {say['overlaps']}")
        print(f"{where}: {say['charts']} charts, {say['marks']} marks, {say['height']} pixels high")
    pictures = []
    for width, height, dark in ((1280, 3600, False), (1280, 3600, True), (400, 3600, False)):
        picture = folder / f"{name}.{width}.{'dark' if dark else 'light'}.png"
        chromium(page, scheme(dark), f"--window-size={width},{height}", f"--screenshot={picture}")
        check(picture.exists(), f"{picture.name}: no screenshot")
        if picture.exists():
            found = pixels_of(picture)
            pictures.append(found)
            check(found[:2] == (width, height), f"{picture.name}: {found[:2]} instead of {(width, height)}")
            check(picture.stat().st_size > 60_000, f"{picture.name}: {picture.stat().st_size} bytes are too few for a page")
    check(len({p[2] for p in pictures}) == len(pictures), f"{name}: light and dark look the same")
    paper = folder / f"{name}.pdf"
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    check(paper.exists() and paper.read_bytes()[:5] == b"%PDF-", f"{name}: does not print")


def main(folder):
    logs = [str(path) for path in sorted(data.glob("*.jsonl"))]
    pages = {
        "context": ["--models", "automix-mini,automix-base,automix-large", "--unit", "units"],
        "two": ["--models", "automix-base,automix-large", "--costs", "1,50", "--draw-cost", "0.0625", "--router",
                "pomdp,threshold,exact,fixed_k"],
        "plain": ["--models", "automix-base,automix-large", "--costs", "0.0001,0.002", "--draw-cost", "0.00001", "--context",
                  "none", "--unit", "USD"],
    }
    for name, options in pages.items():
        page = folder / f"{name}.html"
        subprocess.run([str(program), "report", *logs, *options, "--resamples", "200", "--out", str(page)], check=True,
                       capture_output=True)
        look_at(folder, name, page)
    if problems:
        sys.exit(f"{len(problems)} checks failed")
    print("all checks passed")


if len(sys.argv) > 3:
    kept = Path(sys.argv[3]).resolve()
    kept.mkdir(parents=True, exist_ok=True)
    main(kept)
else:
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
