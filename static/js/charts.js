/* Draws every [data-chart] with ECharts. Colours come from the style sheet, so that a chart follows the theme;
   figures stay text until ECharts places them, and the table beside the chart shows them exactly. */
(() => {
  "use strict";
  let charts = [];

  function colour(line, index, token) {
    return token(line.position === null ? `--lw-series-${index}` : `--lw-bucket-${line.position}`);
  }

  function grouped(text) {
    const [whole, cents] = String(text).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",").replace("-", "\u2212") + (cents === undefined ? "" : `.${cents}`);
  }

  function short(value) {
    const size = Math.abs(value);
    if (size >= 1e9) return `${value / 1e9}bn`;
    if (size >= 1e6) return `${value / 1e6}m`;
    return size >= 1e3 ? `${value / 1e3}k` : `${value}`;
  }

  function option(data) {
    const style = getComputedStyle(document.documentElement);
    const token = (name) => style.getPropertyValue(name).trim();
    const text = { color: token("--lw-text-2"), fontFamily: token("--lw-font") };
    const line = { lineStyle: { color: token("--lw-line") } };
    const ranked = data.kind === "ranked"; // bars that lie, the largest on top: room for names
    const names = { type: "category", data: data.x, axisLine: line, axisLabel: text };
    const amounts = { type: "value", name: data.unit, nameTextStyle: { ...text, align: "left" }, splitLine: line, axisLabel: { ...text, formatter: short } };
    return {
      animation: false,
      textStyle: text,
      grid: { left: 8, right: 16, top: ranked ? 8 : 64, bottom: data.x_label ? 28 : 8, containLabel: true },
      legend: { show: data.series.length > 1, top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: text },
      tooltip: {
        trigger: "axis",
        renderMode: "richText", // the other mode writes style attributes, which the page's policy forbids
        backgroundColor: token("--lw-page"),
        borderColor: token("--lw-line-strong"),
        textStyle: { ...text, color: token("--lw-text") },
        formatter: (points) =>
          [points[0].axisValue, ...points.map((point) => `${point.marker}${point.seriesName}  ${grouped(point.value ?? "–")} ${data.unit}`)].join("\n"),
      },
      xAxis: ranked
        ? { ...amounts, nameLocation: "middle", nameGap: 28, nameTextStyle: text }
        : { ...names, name: data.x_label, nameLocation: "middle", nameGap: 28 },
      yAxis: ranked ? { ...names, inverse: true, axisLabel: { ...text, width: 150, overflow: "truncate" } } : amounts,
      series: data.series.map((one, index) => ({
        name: one.name,
        data: one.data,
        type: data.kind === "line" ? "line" : "bar",
        stack: data.kind === "stacked" ? "all" : undefined,
        symbol: ["circle", "rect", "triangle", "diamond", "pin", "arrow"][index % 6],
        symbolSize: 5,
        itemStyle: { color: colour(one, index, token) },
        lineStyle: { width: 2 },
        cursor: data.urls.length || one.urls.length ? "pointer" : "default",
      })),
    };
  }

  function draw(element) {
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = window.echarts.init(element, null, { renderer: "canvas" });
    chart.setOption(option(data));
    chart.on("click", (point) => {
      const url = data.series[point.seriesIndex].urls[point.dataIndex] || data.urls[point.dataIndex];
      if (url) window.location.assign(url);
    });
    charts.push({ element, chart, data });
  }

  /* htmx has put a new part into the page: what is gone is let go, what is new is drawn. */
  function redraw() {
    charts.filter(({ element }) => !element.isConnected).forEach(({ chart }) => chart.dispose());
    charts = charts.filter(({ element }) => element.isConnected);
    const drawn = charts.map(({ element }) => element);
    document.querySelectorAll("[data-chart]").forEach((element) => drawn.includes(element) || draw(element));
  }

  document.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("htmx:afterSettle", redraw);
  document.addEventListener("loanwright:theme", () => charts.forEach(({ chart, data }) => chart.setOption(option(data))));
  window.addEventListener("resize", () => charts.forEach(({ chart }) => chart.resize()));
})();
