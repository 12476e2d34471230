// Swagger UI shows the document that the page names; the boxes above it say with whose token requests are sent.
"use strict";
(function () {
  const place = document.getElementById("explorer");
  const who = document.getElementById("who");
  let schemes = ["bearer"];

  const ui = SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    persistAuthorization: false,
    onComplete: function () {
      // The merged document may name the scheme of each service apart.
      const found = ui.specSelectors.specJson().toJS().components;
      const all = (found && found.securitySchemes) || {};
      schemes = Object.keys(all).filter((name) => all[name].scheme === "bearer");
    },
  });

  function tell(text, wrong) {
    who.textContent = text;
    who.className = wrong ? "wrong" : "";
  }

  function use(token, name) {
    for (const scheme of schemes) ui.preauthorizeApiKey(scheme, token);
    tell("Verzoeken gaan met het token van " + name + ". / Requests are sent with the token of " + name + ".");
  }

  function forget() {
    ui.authActions.logout(schemes);
    document.getElementById("token").value = "";
    tell("Zonder token: alleen wat openbaar is. / Without token: only what is public.");
  }

  document.getElementById("paste").addEventListener("submit", function (event) {
    event.preventDefault();
    const token = document.getElementById("token").value.trim();
    if (token) use(token, "hierboven / above");
    else forget();
  });
  document.getElementById("forget").addEventListener("click", forget);

  if (place.dataset.demo !== "true") return;
  const list = document.getElementById("client");
  const typed = document.getElementById("client-id");
  let secret = null;

  fetch("/demo-clients")
    .then((answer) => answer.json())
    .then(function (told) {
      secret = told.clientSecret;
      for (const client of told.items) {
        const option = document.createElement("option");
        option.value = client.clientId;
        option.textContent = client.clientId + ": " + client.explanation.nl + " / " + client.explanation.en;
        list.append(option);
      }
      if (secret === null) {
        tell("Demo-identiteiten werken alleen op de machine zelf; plak een token. / "
          + "Demo identities work on the machine itself only; paste a token.", true);
      }
    });

  document.getElementById("demo").addEventListener("submit", async function (event) {
    event.preventDefault();
    const name = typed.value.trim() || list.value;
    if (secret === null) return;
    const answer = await fetch("/oauth2/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: name, client_secret: secret }),
    });
    const told = await answer.json();
    if (answer.ok) use(told.access_token, name);
    else tell("Geen token voor / No token for " + name + ": " + told.error_description, true);
  });
})();
