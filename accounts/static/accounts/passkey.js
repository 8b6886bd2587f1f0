// Joins the buttons of a page to the passkey functions of the login package, and says in words when a key fails.
document.addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("[data-passkey]")) {
    const { passkey, button, credential, passwordless, options } = element.dataset;
    const ids = { login: button, add: button, authenticate: button, credential, passwordless };
    if (options) ids.data = options;
    window.allauth.webauthn.forms[passkey]({ ids });
  }
});
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll("[data-passkey-failed]")) {
    notice.hidden = false;
    notice.focus();
  }
});
