// The plan on a map: our own ground, van legs, courier trips, numbered doors; the list beside it chooses what stands out.
(() => {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.L) return;

  const COLOURS = 10;
  const NUMBERS_FROM_ZOOM = 15;
  const NAMES_FROM_ZOOM = 14;
  const map = L.map(box, { zoomControl: false, attributionControl: false, zoomSnap: 0.5, minZoom: 10, maxZoom: 18 });
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  map.setView([23.09, 113.3], 13);
  map.createPane("ground").style.zIndex = 200;
  map.createPane("vans").style.zIndex = 390;
  const names = map.createPane("names");
  names.style.zIndex = 210;
  names.style.pointerEvents = "none";

  const runs = new Map();
  const stops = new Map();
  let chosenRun = "";
  let chosenStop = null;

  const colourOf = (index) =>
    getComputedStyle(document.querySelector(`[data-colour="${index % COLOURS}"]`) || document.documentElement)
      .getPropertyValue("--run").trim() || "#a8401c";

  // From afar, doors are dots without numbers, and names would only cover each other.
  const number = () => {
    box.classList.toggle("far", map.getZoom() < NUMBERS_FROM_ZOOM && !chosenRun);
    box.classList.toggle("very-far", map.getZoom() < NAMES_FROM_ZOOM);
  };
  map.on("zoomend", number);

  function drawGround(ground) {
    L.geoJSON(ground, {
      pane: "ground",
      interactive: false,
      filter: (feature) => feature.geometry.type !== "Point",
      style: (feature) =>
        feature.properties.kind === "district"
          ? { color: "#b9c9cd", weight: 2, fillColor: "#f6efe2", fillOpacity: 1 }
          : { color: "#e2d5c0", weight: 1, fillColor: "#f6efe2", fillOpacity: 0.6 },
    }).addTo(map);
    for (const feature of ground.features) {
      if (feature.geometry.type !== "Point" || !feature.properties.name) continue;
      const [lon, lat] = feature.geometry.coordinates;
      L.tooltip({ permanent: true, direction: "center", className: "street-name", pane: "names" })
        .setLatLng([lat, lon]).setContent(spanOf(feature.properties.name)).addTo(map);
    }
  }

  function drawPlaces(places, kind) {
    for (const place of places) {
      const icon = L.divIcon({ className: `mark mark-${kind}`, iconSize: kind === "kitchen" ? [20, 20] : [16, 16] });
      // Leaflet moves a marker with `transform`, which would undo the turn of the square: the inner box is turned.
      const marker = L.marker(place.at, { icon: kind === "kitchen" ? icon : turned(), keyboard: false, title: place.name });
      marker.bindTooltip(spanOf(place.name), { direction: "top", offset: [0, -10], className: "place-name", permanent: kind === "kitchen" });
      marker.addTo(map);
    }
  }

  // Names come from people: they are text, never markup.
  function spanOf(name) {
    const span = document.createElement("span");
    span.textContent = name;
    return span;
  }

  function turned() {
    const inner = document.createElement("span");
    inner.className = "mark mark-point";
    return L.divIcon({ className: "", html: inner, iconSize: [16, 16] });
  }

  function drawVans(vans) {
    for (const van of vans) {
      L.polyline(van.line, { pane: "vans", color: "#5b5048", weight: 6, opacity: 0.42, lineCap: "round", interactive: false }).addTo(map);
    }
  }

  function drawRun(run, index) {
    const colour = colourOf(index);
    const parts = run.trips.map((line) => L.polyline(line, { color: colour, weight: 3, opacity: 0.85, interactive: false }).addTo(map));
    const marks = run.stops.map((stop) => {
      const icon = L.divIcon({ className: `mark mark-stop${stop.outcome ? " is-settled" : ""}`, html: String(stop.number), iconSize: null });
      const marker = L.marker(stop.at, { icon, keyboard: false, title: box.dataset.stop.replace("{number}", stop.number) }).addTo(map);
      marker.getElement().dataset.colour = index % COLOURS;
      marker.on("click", () => chooseStop(stop.visit_id, String(run.id)));
      stops.set(String(stop.visit_id), { marker, run: String(run.id) });
      return marker;
    });
    runs.set(String(run.id), { parts, marks });
  }

  function chooseRun(id, zoom) {
    chosenRun = id;
    for (const button of document.querySelectorAll("[data-run]")) {
      button.setAttribute("aria-pressed", String(button.dataset.run === id));
    }
    for (const [own, { parts, marks }] of runs) {
      const isOut = Boolean(id) && own !== id;
      for (const part of parts) part.setStyle({ opacity: isOut ? 0.1 : 0.85, weight: own === id ? 5 : 3 });
      for (const mark of marks) {
        mark.getElement().classList.toggle("faded", isOut);
        mark.setZIndexOffset(own === id ? 500 : 0);
      }
    }
    const detail = document.getElementById("run-detail");
    if (!id) detail.replaceChildren();
    if (zoom) {
      const held = id ? runs.get(id)?.marks.concat(runs.get(id).parts) : [...runs.values()].flatMap((run) => run.parts);
      if (held?.length) map.fitBounds(L.featureGroup(held).getBounds().pad(0.12));
    }
    number();
  }

  function chooseStop(id, runId) {
    if (runId !== chosenRun) {
      const button = document.querySelector(`.run-list [data-run="${runId}"]`);
      chosenStop = id;
      button?.click();
      button?.scrollIntoView({ block: "nearest" });
      return;
    }
    showStop(id);
  }

  function showStop(id) {
    chosenStop = null;
    for (const [own, { marker }] of stops) marker.getElement().classList.toggle("is-chosen", own === String(id));
    for (const line of document.querySelectorAll(".stop-list li")) line.classList.toggle("is-chosen", line.id === `stop-${id}`);
    document.getElementById(`stop-${id}`)?.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const run = event.target.closest("button[data-run]");
    if (run) chooseRun(run.dataset.run, chosenStop === null);
    const stop = event.target.closest("button[data-stop]");
    if (stop) {
      showStop(stop.dataset.stop);
      const found = stops.get(stop.dataset.stop);
      if (found) map.panTo(found.marker.getLatLng());
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    const heading = document.querySelector("#run-detail");
    const swatch = document.querySelector(`.run-list [data-run="${chosenRun}"] .swatch`);
    if (heading && swatch) heading.dataset.colour = swatch.dataset.colour;
    if (chosenStop !== null) showStop(chosenStop);
  });

  const read = (address) => fetch(address, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : null));
  read(box.dataset.ground).then((ground) => ground && drawGround(ground));
  read(box.dataset.plan).then((plan) => {
    if (!plan) return;
    drawVans(plan.vans);
    drawPlaces(plan.points, "point");
    drawPlaces(plan.kitchens, "kitchen");
    plan.runs.forEach(drawRun);
    const all = [...plan.kitchens, ...plan.points].map((place) => place.at)
      .concat(plan.runs.flatMap((run) => run.stops.map((stop) => stop.at)));
    if (all.length) map.fitBounds(L.latLngBounds(all).pad(0.06));
    number();
    box.dataset.ready = "yes";
  });
})();
