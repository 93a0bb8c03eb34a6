/* Starts the reader of the API description. */
"use strict";

window.SwaggerUIBundle({
  url: document.getElementById("documentation").dataset.spec,
  domNode: document.getElementById("documentation"),
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
