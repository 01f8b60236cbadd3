/** What can drift, and what an alert is about. */
export type AlertType = 'distribution' | 'confidence' | 'performance' | 'feature';

export const ALERT_TYPES: readonly AlertType[] = ['distribution', 'confidence', 'performance', 'feature'];
