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

  /* Whether light text stands on a dark page: what is seen decides, not what a theme calls it. */
  const isDark = () => {
    for (const element of [document.body, document.documentElement]) {
      const [red, green, blue, alpha = 1] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number);
      if (alpha > 0) return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
    }
    return false;
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
    const dark = isDark();
    if (dark === drawn) return;
    drawn = dark;
    const { fontFamily } = getComputedStyle(document.body);
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: dark ? "dark" : "neutral",
      fontFamily,
      sequence: { actorFontFamily: fontFamily, messageFontFamily: fontFamily, noteFontFamily: fontFamily },
    });
    for (const diagram of diagrams) {
      const { pre, holder, text, rows } = diagram;
      try {
        const { svg } = await mermaid.render(`nova-diagram-${(count += 1)}`, text);
        if (drawn !== dark) return;
        holder.innerHTML = svg;
      } catch (error) {
        console.error(error);
        continue;
      }
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
