/** What references are called where a record is named by them. */

/** The names of the references that title and subtitle of an entity are given. */
export async function namesFor(device, entity, values) {
    const relations = Object.fromEntries(entity.profile.fields.map(({ name, relation }) => [name, relation]));
    const pairs = entity.named
        .filter((name) => relations[name] && (values[name] ?? null) !== null)
        .map(async (name) => [name, (await device.nameOf(relations[name], values[name])) ?? ""]);
    return Object.fromEntries(await Promise.all(pairs));
}
