const PATHS = {
  list: 'M4 6h16M4 12h16M4 18h10',
  pool: 'M4 7c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zm0 0v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  engine: 'M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01M11 8h6M11 16h6',
  activity: 'M3 12h4l2.5-7 5 14 2.5-7h4',
  plus: 'M12 5v14M5 12h14',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20',
  stop: 'M6.5 6.5h11v11h-11z',
  restart: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 3.5v4h-4',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  resume: 'M8 5.5v13l10.5-6.5z',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.3l3 1.8',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  out: 'M14 4.5H5.5v15H14M10.5 12h10M17 8.5l3.5 3.5-3.5 3.5',
  help: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.8 9.8a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.7M12 16.2v.01',
  folder: 'M3.5 6.5h6l2 2.2h9v10h-17z',
  file: 'M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4',
  link: 'M10 14l4-4M8.5 11.5l-2 2a3.5 3.5 0 0 0 5 5l2-2M15.5 12.5l2-2a3.5 3.5 0 0 0-5-5l-2 2',
  download: 'M12 4v11M7.5 10.8 12 15.3l4.5-4.5M5 19.5h14',
  upload: 'M12 15.5v-11M7.5 8.7 12 4.2l4.5 4.5M5 19.5h14',
  up: 'M12 19V5M6 11l6-6 6 6',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  back: 'M19 12H5M11 6l-6 6 6 6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
