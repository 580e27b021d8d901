"""Figures and numbers to take away: SVG made in the browser, CSV made when asked for.

The SVG is put together from what the browser has drawn, so the server needs no browser of its
own; title, caption and the page's ground go into it, so that it can be read by itself.
"""

import re
from collections.abc import Callable

import streamlit as st
from streamlit.components import v2

_CSS = """
.svg { display: inline-flex; align-items: center; gap: 0.4rem; border: 0; padding: 0.15rem 0;
  background: none; color: var(--st-text-color); font: inherit;
  font-size: 0.875rem; cursor: pointer; }
.svg:hover { color: var(--st-primary-color); }
.svg:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.svg path { fill: currentColor; }
"""

_HTML = """
<button class="svg" type="button">
  <svg width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M11 4h2v8.2l3.1-3.1 1.4 1.4L12 16 6.5 10.5l1.4-1.4 3.1 3.1zM5 15h2v3h10v-3h2v5H5z"/>
  </svg>
  <span role="status">Figure as SVG</span>
</button>
"""

_JS = """
const SVG = "http://www.w3.org/2000/svg"
const AIR = 32 // pixels left and right: other programs may have a wider font

function node(name, attributes, words) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  if (words !== undefined) made.textContent = words
  return made
}

function lines(words, most) {
  const rows = [""]
  for (const word of words.split(/\\s+/)) {
    const last = rows[rows.length - 1]
    if (last && (last + " " + word).length > most) rows.push(word)
    else rows[rows.length - 1] = last ? last + " " + word : word
  }
  return rows
}

function drawn(plot, data, ground, ink) {
  const { width, height } = plot.querySelector("svg.main-svg").getBoundingClientRect()
  const rows = lines(data.caption, Math.max(24, Math.floor(width / 6.2)))
  const across = width + 2 * AIR
  const down = height + 18 * rows.length + 14
  const out = node("svg",
    { width: across, height: down, viewBox: `${-AIR} 0 ${across} ${down}`, overflow: "visible" })
  out.append(node("title", {}, data.title), node("desc", {}, data.caption))
  out.append(node("rect", { x: -AIR, width: across, height: down, fill: ground }))
  for (const layer of plot.querySelectorAll("svg.main-svg")) {
    const copy = layer.cloneNode(true)
    copy.querySelectorAll(".draglayer, .hoverlayer, .zoomlayer, .selectionlayer").forEach(
      (part) => part.remove())
    copy.removeAttribute("class")
    copy.style.background = "none"
    copy.style.overflow = "visible"
    out.append(copy)
  }
  const foot = node("text", { fill: ink, opacity: 0.75, "font-size": 12.5,
    "font-family": "'Source Sans', system-ui, sans-serif" })
  rows.forEach((row, i) => foot.append(node("tspan", { x: 0, y: height + 14 + 18 * i }, row)))
  out.append(foot)
  return out
}

export default function (component) {
  const { data, parentElement } = component
  const button = parentElement.querySelector(".svg")
  const status = button.querySelector("span")
  button.setAttribute("aria-label", "Figure as SVG: " + data.title)
  button.onclick = () => {
    const plot = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!plot || !plot.querySelector("svg.main-svg")) {
      status.textContent = "The figure is still being drawn: try again"
      return
    }
    const style = getComputedStyle(button)
    const ground = style.getPropertyValue("--st-background-color").trim() || "#FFFFFF"
    const ink = style.getPropertyValue("--st-text-color").trim() || "#1F2430"
    const words = new XMLSerializer().serializeToString(drawn(plot, data, ground, ink))
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([words], { type: "image/svg+xml" }))
    link.download = data.name + ".svg"
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
    status.textContent = "Figure as SVG"
  }
}
"""

_SVG = v2.component("mer_svg", html=_HTML, css=_CSS, js=_JS)


def downloads(key: str, numbers: Callable[[], str], title: str, caption: str) -> None:
    """Two buttons below a figure.

    Args:
        key: Of the chart; also the name of both files.
        numbers: Makes the table when it is asked for.
        title: What the figure says, in a sentence; without Markdown.
        caption: What stands under it: n, unit, baseline, source.
    """
    data = {
        "chart": re.sub(r"[^a-zA-Z0-9_-]", "-", key),
        "name": key,
        "title": title,
        "caption": caption,
    }
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.download_button(
            "Numbers as CSV",
            numbers,
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"csv-{key}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
        _SVG(key=f"svg-{key}", data=data, width="content", height="content")
