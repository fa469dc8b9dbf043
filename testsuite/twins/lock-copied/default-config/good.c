/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
// twin: pattern=lock-copied, libs=glib+pthread, note=struct with a mutex copied by assignment
/*
 * A server clones its default virtual host by assigning the struct. The copy has a copy of the
 * mutex, whatever state that was in, and shares the table of locations with the original. Here
 * the clone is initialised by itself and copies the plain settings only.
 */
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct vhost_settings {
    int max_clients;
    int timeout;
    char root[48];
};

struct vhost {
    char name[32];
    pthread_mutex_t lock;
    GHashTable *locations;
    struct vhost_settings settings;
    unsigned long requests;
};

static struct vhost default_vhost;

static void vhost_init(struct vhost *v, const char *name) {
    memset(v, 0, sizeof(*v));
    g_strlcpy(v->name, name, sizeof(v->name));
    pthread_mutex_init(&v->lock, NULL);
    v->locations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    v->settings.max_clients = 100;
    v->settings.timeout = 30;
}

static void vhost_location(struct vhost *v, const char *path, const char *target) {
    pthread_mutex_lock(&v->lock);
    g_hash_table_replace(v->locations, g_strdup(path), g_strdup(target));
    pthread_mutex_unlock(&v->lock);
}

static struct vhost *vhost_clone(struct vhost *from, const char *name) {
    struct vhost *v = g_new0(struct vhost, 1);
    vhost_init(v, name);
    v->settings = from->settings;
    v->requests = 0;
    return v;
}

static char *vhost_resolve(struct vhost *v, const char *path) {
    char *target;
    pthread_mutex_lock(&v->lock);
    v->requests++;
    target = g_strdup(g_hash_table_lookup(v->locations, path));
    pthread_mutex_unlock(&v->lock);
    return target;
}

static void *client_main(void *arg) {
    struct vhost *v = arg;
    for (int i = 0; i < 200; i++) {
        char *target = vhost_resolve(v, "/");
        if (!target)
            vhost_location(v, "/", "/srv/www");
        g_free(target);
    }
    return NULL;
}

int main(void) {
    pthread_t clients[2];
    struct vhost *site;
    vhost_init(&default_vhost, "default");
    vhost_location(&default_vhost, "/", "/var/www");
    site = vhost_clone(&default_vhost, "site");
    if (pthread_create(&clients[0], NULL, client_main, &default_vhost) != 0)
        return 1;
    if (pthread_create(&clients[1], NULL, client_main, site) != 0)
        return 1;
    for (int i = 0; i < 2; i++)
        pthread_join(clients[i], NULL);
    printf("%s: %lu, %s: %lu\n", default_vhost.name, default_vhost.requests, site->name,
           site->requests);
    return 0;
}
