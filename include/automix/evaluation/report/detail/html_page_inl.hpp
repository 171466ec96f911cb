// SPDX-License-Identifier: Apache-2.0
// Definitions of evaluation/report/detail/html_page.hpp.
#pragma once

#include <automix/core/config.hpp>
#include <automix/core/version.hpp>
#include <automix/evaluation/report/detail/chart_style.hpp>
#include <automix/evaluation/report/detail/html_page.hpp>
#include <automix/evaluation/report/detail/markup.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace automix::detail {

inline constexpr std::string_view page_style = R"(*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:860px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
.kind{margin:0;max-width:none;color:var(--soft);font-size:14px}
h1{font-size:28px;line-height:1.25;font-weight:650;margin:6px 0 14px;overflow-wrap:anywhere}
h2{font-size:21px;line-height:1.3;margin:0 0 6px}
h3{font-size:15px;margin:18px 0 4px;overflow-wrap:anywhere}
section{padding:28px 0 8px;border-top:1px solid var(--grid);margin-top:24px}
p{margin:6px 0 12px;max-width:70ch}
a{color:var(--c1)}
nav{margin:18px 0 0;font-size:14px;line-height:2}
nav a{margin-right:16px;white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0;padding:0;list-style:none}
.cards li{border:1px solid var(--grid);border-radius:8px;padding:10px 14px}
.cards .name,.cards .range{display:block;color:var(--soft);font-size:13px;line-height:1.4}
.cards .value{display:block;font-size:22px;white-space:nowrap;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
figure{margin:14px 0;overflow-x:auto}
figure svg{display:block;width:100%;min-width:520px;height:auto}
figure.small{overflow-x:visible}
figure.small svg{min-width:0}
figcaption{font-size:14px;color:var(--soft);margin:4px 0 8px;max-width:70ch}
.panels{display:flex;flex-wrap:wrap;gap:8px 28px}
.panels figure{flex:1 1 300px;max-width:380px;min-width:0}
.panels.wide figure{flex-basis:360px;max-width:400px}
.keys{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0;padding:0;list-style:none;font-size:14px}
.keys svg{width:16px;height:12px;margin-right:6px;vertical-align:-1px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:8px 0 14px}
caption{text-align:left;color:var(--soft);padding-bottom:4px}
th,td{text-align:right;white-space:nowrap;padding:4px 14px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top}
thead th{color:var(--soft);font-weight:600}
th:first-child{text-align:left;min-width:9em;max-width:22em;white-space:normal;overflow-wrap:anywhere}
.facts td:last-child,.facts th:last-child{text-align:left;white-space:normal;min-width:15em}
tbody th{font-weight:400}
.steps th{white-space:normal;vertical-align:bottom}
.steps tbody th{vertical-align:top}
.steps td{line-height:1.3}
.steps .chosen{background:var(--fill);font-weight:600}
.steps small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
details{margin:8px 0}
summary{cursor:pointer;color:var(--c1);font-size:14px}
details.query{border:1px solid var(--grid);border-radius:8px;padding:0 14px;margin:10px 0}
details.query summary{padding:10px 0;color:var(--ink);font-size:15px;overflow-wrap:anywhere}
.fate{display:inline-block;font-size:13px;font-weight:600;border:1px solid var(--grid);border-radius:10px;padding:0 9px;margin-right:8px}
.good{color:var(--c3)}.bad{color:var(--c2)}
blockquote{margin:0 0 12px;padding:8px 12px;background:var(--fill);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:14px}
ul.warnings li{margin:8px 0;overflow-wrap:anywhere;max-width:80ch}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--fill);padding:1px 4px;border-radius:4px;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.note{font-size:14px;color:var(--soft);max-width:none}
[data-tip]{cursor:default}
[data-tip]:focus{outline:none}
[data-tip]:focus-visible,[data-tip].shown{stroke:var(--ink);stroke-width:2.5}
:focus-visible{outline:2px solid var(--c1);outline-offset:2px}
#tip{position:fixed;z-index:2;pointer-events:none;white-space:pre-line;background:var(--ink);color:var(--paper);font-size:13px;line-height:1.4;padding:7px 10px;border-radius:6px;max-width:320px;overflow-wrap:anywhere}
#tip[hidden]{display:none}
footer{padding:24px 20px 40px;color:var(--soft);font-size:13px}
@media (max-width:560px){main,header,footer{padding-left:14px;padding-right:14px}h1{font-size:23px}.cards{grid-template-columns:1fr 1fr}}
@media print{@page{margin:16mm}body{font-size:11pt}nav,#tip{display:none}main,header,footer{max-width:none;padding-left:0;padding-right:0}section{padding-top:14px;margin-top:14px;break-inside:auto}figure,tr,details.query,.cards li,h2,h3{break-inside:avoid}h2,h3{break-after:avoid}figure,.scroll{overflow:visible}figure svg{min-width:0}summary{color:var(--ink)}.panels figure{flex-basis:260px}}
)";

inline constexpr std::string_view page_script = R"((() => {
const tip = document.getElementById('tip');
let shown = null;
const hide = () => { if (shown) shown.classList.remove('shown'); shown = null; tip.hidden = true; };
const show = mark => {
  hide();
  shown = mark;
  mark.classList.add('shown');
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const at = mark.getBoundingClientRect(), margin = 8;
  const x = at.left + at.width / 2 - tip.offsetWidth / 2;
  tip.style.left = Math.max(margin, Math.min(x, innerWidth - tip.offsetWidth - margin)) + 'px';
  const above = at.top - tip.offsetHeight - margin;
  tip.style.top = (above > margin ? above : at.bottom + margin) + 'px';
};
const mark_of = event => event.target.closest ? event.target.closest('[data-tip]') : null;
const follow = event => { const mark = mark_of(event); if (mark) show(mark); else hide(); };
for (const name of ['pointerover', 'focusin', 'click']) document.addEventListener(name, follow);
document.addEventListener('focusout', hide);
document.addEventListener('scroll', hide, true);
for (const svg of document.querySelectorAll('figure svg')) {
  const first = svg.querySelector('polygon.chosen[data-tip]') || svg.querySelector('[data-tip]');
  if (first) first.tabIndex = 0;
}
document.addEventListener('keydown', event => {
  if (event.key === 'Escape') hide();
  const mark = mark_of(event), way = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  if (!mark || !way) return;
  const marks = [...mark.closest('svg').querySelectorAll('[data-tip]')];
  const next = marks[(marks.indexOf(mark) + way + marks.length) % marks.length];
  mark.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
});
const folds = document.querySelectorAll('details.query');
addEventListener('beforeprint', () => folds.forEach(d => { d.dataset.open = d.open; d.open = true; }));
addEventListener('afterprint', () => folds.forEach(d => { d.open = d.dataset.open === 'true'; }));
})();
)";

AUTOMIX_INLINE std::string scrolled(std::string_view name, std::string_view content) {
    return element("div", R"( class="scroll" tabindex="0" role="region")" + attribute("aria-label", name),
                   content);
}

AUTOMIX_INLINE std::string to_html(const HtmlTable& table) {
    std::string head;
    for (const std::string& name : table.header) head += text_element("th", name, " scope=\"col\"");
    std::string body;
    for (const auto& row : table.rows) {
        std::string cells;
        for (std::size_t i = 0; i < row.size(); ++i)
            cells += i == 0 ? text_element("th", row[i], " scope=\"row\"") : text_element("td", row[i]);
        body += element("tr", "", cells) + '\n';
    }
    const std::string caption = table.caption.empty() ? "" : text_element("caption", table.caption);
    return scrolled(table.caption.empty() ? "table" : table.caption,
                    element("table", table.style.empty() ? std::string() : attribute("class", table.style),
                            caption + element("thead", "", element("tr", "", head)) + '\n' +
                                element("tbody", "", body))) +
           '\n';
}

AUTOMIX_INLINE std::string folded(std::string_view summary, std::string_view content) {
    return element("details", "", text_element("summary", summary) + std::string(content)) + '\n';
}

AUTOMIX_INLINE std::string html_page(std::string_view title, std::string_view head,
                                     const std::vector<HtmlSection>& sections) {
    std::string links;
    std::string body;
    for (const HtmlSection& section : sections) {
        if (section.content.empty()) continue;
        links += text_element("a", section.title, attribute("href", '#' + section.id)) + '\n';
        body += element("section",
                        attribute("id", section.id) + attribute("aria-labelledby", section.id + "-title"),
                        text_element("h2", section.title, attribute("id", section.id + "-title")) + '\n' +
                            section.content) +
                '\n';
    }
    const std::string light = ":root{" + std::string(light_colours) + "}\n";
    const std::string dark = ":root{" + std::string(dark_colours) + "}";
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n";
    page += text_element("title", title) + "\n<style>\n" + light +
            "@media screen and (prefers-color-scheme:dark){" + dark + "}\n";
    page += page_style;
    page += chart_style;
    page += "</style>\n</head>\n<body>\n<header>\n";
    page += head;
    page += element("nav", " aria-label=\"Sections\"", '\n' + links) + "\n</header>\n<main>\n" + body +
            "</main>\n<footer>Made by automix " AUTOMIX_VERSION_STRING
            ". The page loads nothing from elsewhere.</footer>\n"
            "<div id=\"tip\" role=\"status\" hidden></div>\n<script>\n";
    page += page_script;
    page += "</script>\n</body>\n</html>\n";
    return page;
}

}  // namespace automix::detail
