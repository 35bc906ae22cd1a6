/* Draws the diagrams of sphinxext-nova with the Mermaid that stands in the same folder (nova_mermaid = "local").

   A classic script in a file of its own: it runs from file:// and under a Content-Security-Policy without inline
   scripts. Where it does not run, the page shows Mermaid's text, and the table of steps beside it. */

(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  const diagrams = [...document.querySelectorAll("pre.nova-mermaid")].map((pre) => {
    const holder = document.createElement("div");
    holder.className = "nova-drawn";
    return { pre, holder, text: pre.textContent, rows: pre.dataset.rows };
  });

  /* What is seen decides whether a diagram is light or dark, not what a theme calls it. */
  const pageColor = () => {
    for (const element of [document.body, document.documentElement]) {
      const color = getComputedStyle(element).backgroundColor;
      const [, , , alpha = 1] = (color.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
      if (alpha > 0) return color;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)";
  };

  const isDark = (color) => {
    const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
    return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
  };

  /* Few colours, and each text at least 7:1 on what is behind it. */
  const palette = (dark) => {
    const [text, line, box, border, lifeline, note, page] = dark
      ? ["#f0f2f5", "#b8c0cc", "#2b3440", "#8fa1b8", "#56657a", "#453c1e", "#16191d"]
      : ["#15191f", "#4a5563", "#eaf0f7", "#5b7290", "#b4c2d3", "#fdf3d3", "#ffffff"];
    return {
      darkMode: dark,
      background: page,
      primaryColor: box,
      primaryTextColor: text,
      primaryBorderColor: border,
      lineColor: line,
      textColor: text,
      actorBkg: box,
      actorBorder: border,
      actorTextColor: text,
      actorLineColor: lifeline,
      signalColor: line,
      signalTextColor: text,
      labelBoxBkgColor: box,
      labelBoxBorderColor: border,
      labelTextColor: text,
      loopTextColor: text,
      noteBkgColor: note,
      noteBorderColor: border,
      noteTextColor: text,
      activationBkgColor: border,
      activationBorderColor: border,
    };
  };

  /* Each numbered message leads to the row of the table that has its number. */
  const link = (holder, rows) => {
    for (const text of holder.querySelectorAll("text.messageText")) {
      const number = /^(\d+)\. /.exec(text.textContent);
      if (!number || !document.getElementById(rows + number[1])) continue;
      const anchor = document.createElementNS(SVG, "a");
      anchor.setAttribute("href", `#${rows}${number[1]}`);
      text.replaceWith(anchor);
      anchor.append(text);
    }
  };

  /* What is wider than the page can be scrolled, by keyboard too. */
  const scrollable = ({ holder }) => {
    if (holder.scrollWidth > holder.clientWidth) holder.tabIndex = 0;
    else holder.removeAttribute("tabindex");
  };

  let drawn = null;
  let count = 0;

  const draw = async () => {
    const page = pageColor();
    if (page === drawn) return;
    drawn = page;
    const dark = isDark(page);
    const { fontFamily } = getComputedStyle(document.body);
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: "base",
      themeVariables: { ...palette(dark), fontFamily },
      fontFamily,
      // Narrower than Mermaid's own measures, so that a page of text need not shrink a diagram.
      sequence: {
        width: 120,
        height: 44,
        actorMargin: 28,
        boxMargin: 8,
        messageMargin: 30,
        noteMargin: 8,
        actorFontFamily: fontFamily,
        messageFontFamily: fontFamily,
        noteFontFamily: fontFamily,
      },
    });
    for (const diagram of diagrams) {
      const { pre, holder, text, rows } = diagram;
      try {
        const { svg } = await mermaid.render(`nova-diagram-${(count += 1)}`, text);
        if (drawn !== page) return;
        holder.innerHTML = svg;
      } catch (error) {
        console.error(error);
        continue;
      }
      holder.style.setProperty("--nova-page", page);
      if (rows) link(holder, rows);
      if (pre.isConnected) pre.replaceWith(holder);
      holder.setAttribute("role", "group");
      const title = holder.querySelector("svg > title");
      if (title) holder.setAttribute("aria-label", title.textContent);
      scrollable(diagram);
    }
  };

  if (!diagrams.length || typeof mermaid === "undefined") return;
  draw();
  new ResizeObserver(() => diagrams.forEach(scrollable)).observe(document.documentElement);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  const observer = new MutationObserver(draw);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: ["class", "style", "data-theme", "data-mode"] });
  }
})();
