/** What the dashboards are addressed by. Links in alerts and bookmarks hold them: they never change. */
export const MAIN_UID = 'inferometer-main';
export const RESOURCE_UID = 'inferometer-resource';
export const DRIFT_UID = 'inferometer-drift';
