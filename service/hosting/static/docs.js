/* Starts Swagger UI. Of its parts two are left out: the choice among one server, and links inside buttons, which no keyboard can reach. */
const accessible = () => ({
  wrapComponents: {
    DeepLink: (_, system) => ({ text }) => system.React.createElement("span", null, text),
    ServersContainer: () => () => null,
  },
});

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  plugins: [accessible],
});
