/** Where an operator reads what an alert means and what to do; a page for each, named as the alert is. */
export const RUNBOOKS =
  "**An alert** is explained in the platform's folder, `docs/operations/runbooks/<alert>.md`: meaning, impact, diagnosis, mitigation. Its `runbook_url` names the page.";
