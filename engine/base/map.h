/* map.h - text (or bytes) to pointer. Keys are borrowed and must outlive the map. */
#ifndef SULCUS_MAP_H
#define SULCUS_MAP_H

#include <stddef.h>

struct arena;
struct map;

struct map *map_new(struct arena *a);
void *map_get(const struct map *m, const char *key);                        /* NULL if absent */
void *map_put(struct map *m, const char *key, void *val);                   /* the value replaced, or NULL */
void *map_get_n(const struct map *m, const void *key, size_t n);
void *map_put_n(struct map *m, const void *key, size_t n, void *val);
size_t map_size(const struct map *m);

#endif
