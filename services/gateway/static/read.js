// Redoc reads the document that the page names.
"use strict";
Redoc.init(
  document.getElementById("explorer").dataset.document,
  { hideDownloadButtons: true, nativeScrollbars: true, sortRequiredPropsFirst: true, scrollYOffset: 0 },
  document.getElementById("explorer"),
);
