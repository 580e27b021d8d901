"""What the browser runs of the map that plays: markup, looks and behaviour, whole.

Handlers are assigned, never added, and one player lives per place on the page: the function runs
again whenever the data or the theme changes. Words come in as text and stay text.
"""

HTML = """
<div class="cross">
  <div class="top">
    <div class="face" role="img"></div>
    <div class="say">
      <div class="keys">
        <button class="play" type="button">Play</button>
        <button class="again" type="button" disabled>Play this window again</button>
        <output class="clock"></output>
      </div>
      <audio controls preload="auto"></audio>
      <p class="status" role="status" aria-live="polite"></p>
    </div>
  </div>
  <div class="map">
    <div class="words" role="group"></div>
    <div class="field" role="slider" tabindex="0">
      <canvas aria-hidden="true"></canvas>
      <div class="window" hidden></div><div class="row" hidden></div><div class="head"></div>
    </div>
    <div class="corner"></div>
    <div class="axis" aria-hidden="true"></div>
  </div>
  <div class="key">
    <span class="low"></span><span class="bar"><span class="one"></span></span>
    <span class="high"></span>
  </div>
</div>
"""

CSS = """
.cross { font-family: var(--st-font); color: var(--st-text-color); font-size: 0.9rem; }
.top { display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; margin-bottom: 0.8rem; }
.face { width: 150px; height: 150px; border-radius: var(--st-base-radius); flex: none;
  background-color: var(--st-secondary-background-color); background-repeat: no-repeat; }
.face[hidden], audio[hidden] { display: none; }
.say { flex: 1 1 260px; min-width: 0; display: grid; gap: 0.5rem; }
.keys { display: flex; gap: 0.6rem; align-items: center; flex-wrap: wrap; }
.keys button { border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius);
  background: var(--st-background-color); color: var(--st-text-color); font: inherit;
  padding: 0.3rem 0.8rem; cursor: pointer; }
.keys button:hover:enabled { border-color: var(--st-primary-color); }
.keys button:disabled { opacity: 0.45; cursor: default; }
.clock { font-variant-numeric: tabular-nums; opacity: 0.8; }
audio { width: 100%; max-width: 420px; height: 36px; color-scheme: light dark; }
.status { margin: 0; min-height: 2.6em; }
.map { display: grid; grid-template-columns: minmax(64px, max-content) minmax(0, 1fr); }
.words { display: grid; min-width: 0; max-width: 34vw; }
.words button { display: block; border: 0; border-left: 6px solid transparent; min-height: 0;
  padding: 0 0.6rem 0 0.5rem; background: none; color: inherit; font: inherit; text-align: right;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; cursor: pointer; }
.words button:hover { background: var(--st-secondary-background-color); }
.words button[aria-pressed="true"] { font-weight: 700;
  background: var(--st-secondary-background-color); }
.field { position: relative; cursor: crosshair; touch-action: pan-y; }
.field canvas { display: block; width: 100%; height: 100%; }
.words button:focus-visible, .field:focus-visible, .keys button:focus-visible {
  outline: 3px solid var(--st-primary-color); outline-offset: 1px; }
.head { position: absolute; top: -3px; bottom: -3px; width: 2px; background: #FFFFFF;
  box-shadow: 0 0 0 1.5px #111111; pointer-events: none; }
.window { position: absolute; border: 3px solid #D55E00; box-shadow: 0 0 0 1.5px #FFFFFF,
  inset 0 0 0 1.5px #FFFFFF; box-sizing: border-box; pointer-events: none; }
.row { position: absolute; left: 0; right: 0; height: 2px; background: #FFFFFF;
  box-shadow: 0 0 0 1.5px #111111; pointer-events: none; }
.window[hidden], .row[hidden] { display: none; }
.axis { position: relative; height: 1.5em; font-size: 0.8rem; opacity: 0.8; }
.axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; top: 0.15em; }
.axis span:first-child { transform: none; }
.axis span:last-child { transform: translateX(-100%); }
.key { display: flex; align-items: center; gap: 0.5rem; font-size: 0.8rem; opacity: 0.85;
  margin-top: 0.5rem; flex-wrap: wrap; }
.bar { width: 120px; height: 10px; border-radius: 3px; position: relative; }
.one { position: absolute; top: -3px; bottom: -3px; width: 2px; background: var(--st-text-color);
  box-shadow: 0 0 0 1px var(--st-background-color); }
"""

JS = """
const KEPT = new WeakMap()
const bytes = (words) => Uint8Array.from(atob(words), (c) => c.charCodeAt(0))
const local = (words, type) => URL.createObjectURL(new Blob([bytes(words)], { type }))

class Player {
  constructor(parent) {
    for (const name of ["face", "play", "again", "clock", "status", "words", "field", "window",
      "row", "head", "axis", "low", "bar", "one", "high"])
      this[name] = parent.querySelector("." + name)
    this.audio = parent.querySelector("audio")
    this.canvas = parent.querySelector("canvas")
    this.chosen = null; this.stopAt = null; this.silent = 0; this.started = null; this.urls = []
    this.play.onclick = () => this.running() ? this.pause() : this.start(null)
    this.again.onclick = () => this.window_of(this.chosen)
    this.audio.onplay = this.audio.onpause = () => this.tell()
    this.audio.onseeked = this.audio.ontimeupdate = () => this.step()
    this.field.onclick = (event) => this.point(event)
    this.field.onkeydown = (event) => this.press(event)
    this.sized = new ResizeObserver(() => this.draw())
    this.sized.observe(this.field)
  }

  show(data) {
    const media = data.media !== this.media
    const map = data.id !== this.id
    this.data = data; this.media = data.media; this.id = data.id
    if (media) this.load()
    if (map) this.lay()
    this.draw(); this.step(); this.tell()
  }

  load() {
    this.close_urls(); this.pause(); this.silent = 0
    const { sound, face } = this.data
    this.audio.hidden = !sound
    this.face.hidden = !face
    if (sound) this.audio.src = this.url(sound, "audio/wav")
    else this.audio.removeAttribute("src")
    if (face) {
      const side = face.side
      this.face.style.backgroundImage = `url("${this.url(face.sheet, "image/jpeg")}")`
      this.face.style.backgroundSize = `${side * face.across}px auto`
    }
    this.face.setAttribute("aria-label", "The face at the moment of the line")
  }

  url(words, type) { const made = local(words, type); this.urls.push(made); return made }
  close_urls() { this.urls.forEach((one) => URL.revokeObjectURL(one)); this.urls = [] }

  lay() {
    const { rows, edges, low, high, colours } = this.data
    this.chosen = null; this.window.hidden = true; this.again.disabled = true
    const height = this.data.height
    this.words.style.gridTemplateRows = `repeat(${rows.length}, ${height}px)`
    this.words.setAttribute("aria-label", this.data.rowsLabel)
    this.words.style.fontSize = height < 16 ? Math.max(7, height - 3) + "px" : ""
    this.field.style.height = height * rows.length + "px"
    this.words.replaceChildren(...rows.map((row, i) => {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = row.label
      button.title = row.told
      button.style.lineHeight = height + "px"
      button.setAttribute("aria-pressed", "false")
      button.setAttribute("aria-label", row.spoken)
      button.onclick = () => this.window_of(i)
      button.onkeydown = (event) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
        if (!by) return
        event.preventDefault()
        this.words.children[Math.min(rows.length - 1, Math.max(0, i + by))].focus()
      }
      return button
    }))
    const last = edges[edges.length - 1]
    const wish = last / (this.field.clientWidth < 420 ? 4 : 8)
    const pace = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((one) => one >= wish) || 10
    const marks = []
    for (let at = 0; at <= last + 1e-6; at += pace) marks.push(at)
    this.axis.replaceChildren(...marks.map((at) => {
      const mark = document.createElement("span")
      mark.textContent = at.toFixed(pace < 1 ? 1 : 0) + " s"
      mark.style.left = 100 * this.share(at) + "%"
      return mark
    }))
    this.low.textContent = low; this.high.textContent = high
    this.bar.style.background = `linear-gradient(90deg, ${colours.join(", ")})`
    this.one.style.left = `calc(${100 / this.data.top}% - 1px)`
    this.field.setAttribute("aria-label", this.data.fieldLabel)
    this.field.setAttribute("aria-valuemin", "0")
    this.field.setAttribute("aria-valuemax", String(last))
    this.status.textContent = this.data.hint
  }

  share(seconds) {
    const { edges } = this.data
    const first = edges[0]
    return Math.min(1, Math.max(0, (seconds - first) / (edges[edges.length - 1] - first)))
  }

  column(seconds) {
    const { edges } = this.data
    for (let j = 0; j < edges.length - 1; j++) if (seconds < edges[j + 1] - 1e-6) return j
    return edges.length - 2
  }

  colour(value) {
    const { colours, top } = this.data
    const at = Math.round((colours.length - 1) * Math.min(1, Math.max(0, value / top)))
    return colours[at]
  }

  draw() {
    if (!this.data) return
    const { times } = this.data
    const across = this.field.clientWidth, down = this.field.clientHeight
    const dense = window.devicePixelRatio || 1
    this.canvas.width = Math.max(1, Math.round(across * dense))
    this.canvas.height = Math.max(1, Math.round(down * dense))
    const pen = this.canvas.getContext("2d")
    const x = this.data.edges.map((one) => Math.round(this.share(one) * this.canvas.width))
    const y = times.map((_, i) => Math.round(i * this.canvas.height / times.length))
    y.push(this.canvas.height)
    times.forEach((row, i) => row.forEach((value, j) => {
      pen.fillStyle = this.colour(value)
      pen.fillRect(x[j], y[i], x[j + 1] - x[j], y[i + 1] - y[i])
    }))
    this.mark()
  }

  mark() {
    const row = this.chosen === null ? null : this.data.rows[this.chosen]
    this.window.hidden = !row || !row.window
    if (this.window.hidden) return
    const [begin, end] = row.window
    this.window.style.left = 100 * this.share(begin) + "%"
    this.window.style.width = 100 * (this.share(end) - this.share(begin)) + "%"
    this.window.style.top = this.chosen * this.data.height + "px"
    this.window.style.height = this.data.height + "px"
  }

  choose(i) {
    this.chosen = i
    ;[...this.words.children].forEach((one, at) =>
      one.setAttribute("aria-pressed", String(at === i)))
    this.again.disabled = i === null
    this.mark()
  }

  window_of(i) {
    if (i === null) return
    this.choose(i)
    const row = this.data.rows[i]
    this.status.textContent = row.told
    if (!row.window) return
    this.seek(row.window[0])
    this.start(row.window[1])
  }

  point(event) {
    const box = this.field.getBoundingClientRect()
    const { rows, edges, times } = this.data
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))
    const at = edges[0] + share * (edges[edges.length - 1] - edges[0])
    const i = Math.min(rows.length - 1, Math.max(0, Math.floor((event.clientY - box.top) /
      this.data.height)))
    const j = this.column(at)
    this.choose(i)
    this.stopAt = null
    this.seek(edges[j])
    this.status.textContent =
      `${rows[i].name}, ${edges[j].toFixed(1)} s: ${times[i][j].toFixed(1)} ${this.data.unit}.`
  }

  press(event) {
    const { edges } = this.data
    const now = this.column(this.now())
    const last = edges.length - 2
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key]
    if (to !== undefined) {
      event.preventDefault(); this.stopAt = null
      this.seek(edges[Math.min(last, Math.max(0, to))])
    } else if (event.key === " ") {
      event.preventDefault(); this.play.onclick()
    }
  }

  now() {
    if (this.data.sound) return this.audio.currentTime
    return this.started === null ? this.silent : (performance.now() - this.started) / 1000
  }

  running() { return this.data && this.data.sound ? !this.audio.paused : this.started !== null }

  seek(to) {
    if (this.data.sound) this.audio.currentTime = to
    else {
      this.silent = to
      if (this.started !== null) this.started = performance.now() - 1000 * to
    }
    this.step()
  }

  start(until) {
    this.stopAt = until
    const last = this.data.seconds
    if (this.now() >= last - 0.02) this.seek(0)
    if (this.data.sound) this.audio.play().catch(() => this.tell())
    else this.started = performance.now() - 1000 * this.silent
    this.tell()
    this.loop()
  }

  pause() {
    if (this.started !== null) { this.silent = this.now(); this.started = null }
    this.audio.pause()
    this.tell()
  }

  loop() {
    cancelAnimationFrame(this.frame)
    this.frame = requestAnimationFrame(() => { this.step(); if (this.running()) this.loop() })
  }

  step() {
    if (!this.data) return
    let at = this.now()
    const until = this.stopAt === null ? this.data.seconds : this.stopAt
    if (this.running() && at >= until) {
      at = until
      this.stopAt = null
      this.pause()
      this.silent = at
    }
    this.head.style.left = `calc(${100 * this.share(at)}% - 1px)`
    const shown = at.toFixed(1) + " s"
    this.clock.textContent = shown
    this.field.setAttribute("aria-valuenow", at.toFixed(1))
    this.field.setAttribute("aria-valuetext", shown)
    const { face, times, rowEdges, height } = this.data
    if (face) {
      const i = Math.min(face.count - 1, Math.max(0, Math.floor(at * face.fps + 1e-6)))
      const x = i % face.across, y = Math.floor(i / face.across)
      this.face.style.backgroundPosition = `${-x * face.side}px ${-y * face.side}px`
    }
    const j = this.column(at)
    ;[...this.words.children].forEach((one, i) => {
      one.style.borderLeftColor = this.colour(times[i][j])
    })
    this.row.hidden = !rowEdges
    if (rowEdges) {
      let i = rowEdges.findIndex((edge) => edge > at)
      i = i < 0 ? rowEdges.length - 1 : Math.max(0, i)
      const part = (at - rowEdges[i - 1]) / (rowEdges[i] - rowEdges[i - 1])
      this.row.style.top = Math.min(rowEdges.length - 1, Math.max(0, i - 1 + part)) * height + "px"
    }
  }

  tell() {
    if (!this.data) return
    this.play.textContent = this.running() ? "Pause" : "Play"
    if (this.running()) this.loop()
  }

  end() {
    cancelAnimationFrame(this.frame)
    this.audio.pause(); this.sized.disconnect(); this.close_urls()
  }
}

export default function (component) {
  const { data, parentElement, setStateValue } = component
  try {
    if (!KEPT.has(parentElement)) KEPT.set(parentElement, new Player(parentElement))
    KEPT.get(parentElement).show(data)
  } catch (error) {
    setStateValue("failed", String(error && error.message))
  }
  return () => {
    if (KEPT.has(parentElement)) KEPT.get(parentElement).end()
    KEPT.delete(parentElement)
  }
}
"""
