// The selector of services: choosing one opens its page; on the start page the buttons open it.
"use strict";
(function () {
  const select = document.getElementById("service");
  const address = (kind) => "/docs/" + encodeURIComponent(select.value) + (kind === "read" ? "/reference" : "");
  const start = document.getElementById("open-try");
  if (start === null) {
    select.addEventListener("change", () => window.location.assign(address(select.dataset.kind)));
    return;
  }
  start.addEventListener("click", () => window.location.assign(address("try")));
  document.getElementById("open-read").addEventListener("click", () => window.location.assign(address("read")));
})();
