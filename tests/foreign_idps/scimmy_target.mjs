// A SCIM server of npm's scimmy-routers that keeps what arrives, in memory.
// PORT, HOST and TOKEN come from the environment; GET /held tells what it holds.
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const held = { User: new Map(), Group: new Map() };
let made = 0;

for (const kind of ["User", "Group"]) {
    const kept = held[kind];
    const found = (id) => {
        if (!kept.has(id)) throw new SCIMMY.Types.Error(404, null, `Resource ${id} not found`);
        return kept.get(id);
    };
    const key = kind === "User" ? "userName" : "displayName";
    SCIMMY.Resources.declare(SCIMMY.Resources[kind])
        .ingress((resource, data) => {
            if (resource.id) found(resource.id);
            const id = resource.id ?? `s${++made}`;
            const taken = [...kept.values()].some(
                (each) => each.id !== id && each[key].toLowerCase() === data[key].toLowerCase(),
            );
            if (taken) throw new SCIMMY.Types.Error(409, "uniqueness", `${key} is taken`);
            const now = new Date().toISOString();
            const created = kept.get(id)?.meta.created ?? now;
            const stored = { ...JSON.parse(JSON.stringify(data)), id, meta: { created, lastModified: now } };
            kept.set(id, stored);
            return stored;
        })
        .egress((resource) => {
            if (resource.id) return found(resource.id);
            const all = [...kept.values()];
            return resource.filter ? resource.filter.match(all) : all;
        })
        .degress((resource) => {
            found(resource.id);
            kept.delete(resource.id);
        });
}

const app = express();
app.get("/held", (_request, response) => {
    response.json({ User: [...held.User.values()], Group: [...held.Group.values()] });
});
app.use("/scim", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${process.env.TOKEN}`) throw new Error("Wrong token");
        return "engine";
    },
}));
app.listen(Number(process.env.PORT), process.env.HOST);
