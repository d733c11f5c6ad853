// A plugin of TypeDoc: a class shows what is its own, and names what it extends. A hundred modules would repeat every method of Module.
import { Converter } from 'typedoc';

export function load(app) {
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      for (const reflection of Object.values(project.reflections)) {
        if (reflection.flags.isInherited) project.removeReflection(reflection);
      }
    },
    -500,
  );
}
