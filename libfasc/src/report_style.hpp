// The style sheet of report.html: system fonts, one column, readable on screen and on paper, contrast of at
// least 4.5:1 for text.
#pragma once

namespace fasc::report {

inline constexpr const char* kStyle = R"css(
:root{--ink:#1c2530;--soft:#52606d;--line:#d7dde3;--paper:#fff;--wash:#f4f6f8;--target:#D55E00;--control:#56B4E9}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--wash);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1000px;margin:0 auto;padding:28px 32px 40px;background:var(--paper)}
header p{margin:0;color:var(--soft);font-size:14px;overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.3;margin:10px 0 18px;font-weight:650;text-wrap:balance}
h2{font-size:19px;margin:36px 0 10px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:18px 0 4px}
p{margin:8px 0}
a{color:#0b5a8a}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:14px;margin:0}
.card{border:1px solid var(--line);border-top:5px solid #7b8794;border-radius:6px;padding:12px 13px 14px}
.card.target{border-top-color:var(--target)}
.card.control{border-top-color:var(--control)}
.card h2{all:unset;display:block;font-size:14px;font-weight:600;color:var(--soft)}
.card .big{font-size:34px;font-weight:650;line-height:1.2;margin:2px 0;font-variant-numeric:tabular-nums}
.card .big small{font-size:16px;font-weight:500;color:var(--soft)}
.card p{margin:2px 0;font-size:14px}
.card table{font-size:13px;margin-top:4px}
.card th,.card td{padding:1px 0 1px 5px;border:0}
.card .t{padding-left:0}
.care{border-left:5px solid #b58900;background:#fdf6e3;padding:10px 16px;margin:18px 0 0;border-radius:0 6px 6px 0}
.care h2{all:unset;font-weight:650}
.care ul{margin:4px 0 0;padding-left:20px}
.two{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(0,1fr);gap:26px;align-items:start}
.one{max-width:720px}
figure{margin:0 0 12px}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:14px;color:var(--soft);margin-top:6px}
.screen{background:#0b0e12;border-radius:6px}
.screen svg{border-radius:6px;max-height:560px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
th,td{padding:5px 6px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft);vertical-align:bottom;line-height:1.25}
th small{font-weight:400;display:block}
td.t,th.t{text-align:left}
tr.f td{background:#fffbe0}
tr.sum td{border-top:2px solid var(--soft);font-weight:600}
.kinds{width:auto;min-width:55%}
.kinds th[colspan]{border-left:1px solid var(--line);padding-left:14px}
.sites{width:auto}
.sites th,.sites td,.kinds th,.kinds td{padding-left:14px;padding-right:14px}
.c{float:right;padding-left:8px;color:var(--soft)}
.evidence{margin:10px 0}
.facts{width:100%}
.facts th,.facts td{white-space:normal;text-align:left;vertical-align:top;padding:4px 8px 4px 0}
.facts th{width:42%;line-height:inherit;font-weight:500}
.facts td{overflow-wrap:anywhere}
.k{display:inline-block;min-width:20px;text-align:center;font-weight:700;font-size:12px;line-height:18px;border:1px solid #1c2530;border-radius:4px;margin-right:6px;padding:0 3px;color:#000}
.dot{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px;border:1px solid #1c2530}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px;margin:8px 0 0;padding:0;list-style:none}
.hatch{display:inline-block;width:22px;height:12px;margin-right:6px;border:1px solid #7b8794;background:repeating-linear-gradient(45deg,#fff 0 3px,#9aa5b1 3px 4px)}
.formula{font-family:"Cambria Math",Cambria,Georgia,"DejaVu Serif",serif;padding-left:20px}
.soft{color:var(--soft);font-size:14px}
code{font-size:13px;overflow-wrap:anywhere}
video{max-width:100%}
details summary{cursor:pointer;font-weight:600}
details[open] summary{margin-bottom:8px}
footer{margin-top:36px;padding-top:12px;border-top:1px solid var(--line);font-size:14px;color:var(--soft)}
.note{display:inline-block;border:1px solid var(--ink);border-radius:4px;padding:1px 8px;color:var(--ink);font-size:13px;font-weight:600}
@media (max-width:720px){main{padding:18px 16px}.two{grid-template-columns:minmax(0,1fr)}}
@media print{@page{margin:14mm}body{background:#fff;font-size:11pt}main{max-width:none;padding:0}.novideo{display:none}
h2,h3{break-after:avoid}.two,figure,.card,.care,tr{break-inside:avoid}.cards{grid-template-columns:repeat(2,1fr)}
.two{grid-template-columns:1.25fr 1fr}.wide{overflow:visible}th,td{padding:3px 5px}table{font-size:9.5pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

}  // namespace fasc::report
