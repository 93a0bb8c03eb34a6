/* The chart of the usage log: its figures stand in the canvas's data attributes, and again in the table below it. */
"use strict";

const canvas = document.getElementById("use-over-time");
if (canvas && window.Chart) {
  const figures = JSON.parse(canvas.dataset.chart);
  const ink = getComputedStyle(document.documentElement);
  const colour = (name) => ink.getPropertyValue(name).trim();
  const series = (label, data, background) => ({ label, data, backgroundColor: background, borderWidth: 0, maxBarThickness: 28 });
  Chart.defaults.font.family = ink.getPropertyValue("--sans") || "sans-serif";
  Chart.defaults.color = colour("--ink-soft");
  new Chart(canvas, {
    type: "bar",
    data: {
      labels: figures.labels,
      datasets: [
        series(canvas.dataset.copies, figures.copies, colour("--leaf")),
        series(canvas.dataset.views, figures.views, colour("--rule")),
        series(canvas.dataset.refused, figures.refused, colour("--seal")),
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { position: "bottom", labels: { boxWidth: 12, boxHeight: 12 } } },
      scales: {
        x: { stacked: true, grid: { display: false } },
        y: { stacked: true, beginAtZero: true, ticks: { precision: 0 }, grid: { color: colour("--paper-deep") } },
      },
    },
  });
}
