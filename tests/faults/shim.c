/* Laid between the server and the C library by LD_PRELOAD: writes, cuts and syncs of the database files fail when the test says so.
 * The test writes one line of numbers into the file named by SHIYAN_FAULT_CTL, mapped here:
 *   [0] which calls: 1 fsync/fdatasync, 2 write, 4 ftruncate   [1] errno; 0 = a short write   [2] files: 1 -wal, 2 database, 4 -shm, 8 -journal
 *   [3] the n-th such call from now (1 = the next)             [4] how many from there on     [5] counted here: calls that failed
 *   [6] counted here: calls seen                               [7] 1 = a short write writes half and then the disk is full
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile int *ctl;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SHIYAN_FAULT_CTL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (at != MAP_FAILED) ctl = at;
        close(fd);
    }
}

static int file_of(int fd) {
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    char *deleted = strstr(path, " (deleted)");
    if (deleted) *deleted = 0;
    const char *name = strstr(path, "/shiyan.db");
    if (!name) return 0;
    name += strlen("/shiyan.db");
    if (!strcmp(name, "-wal")) return 1;
    if (!*name) return 2;
    if (!strcmp(name, "-shm")) return 4;
    return !strcmp(name, "-journal") ? 8 : 0;
}

/* 0 = let it through; otherwise the errno, or -1 for a short write. */
static int fails(int call, int fd) {
    if (!ctl || !(ctl[0] & call)) return 0;
    if (!(file_of(fd) & ctl[2])) return 0;
    int seen = __sync_add_and_fetch(&ctl[6], 1);
    if (seen < ctl[3] || seen >= ctl[3] + ctl[4]) return 0;
    __sync_add_and_fetch(&ctl[5], 1);
    return ctl[1] ? ctl[1] : -1;
}

#define NEXT(name) ({ static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); real; })

int fsync(int fd) { int e = fails(1, fd); if (e) { errno = e > 0 ? e : EIO; return -1; } return NEXT(fsync)(fd); }
int fdatasync(int fd) { int e = fails(1, fd); if (e) { errno = e > 0 ? e : EIO; return -1; } return NEXT(fdatasync)(fd); }
int ftruncate(int fd, off_t n) { int e = fails(4, fd); if (e) { errno = e > 0 ? e : EIO; return -1; } return NEXT(ftruncate)(fd, n); }
int ftruncate64(int fd, off64_t n) { int e = fails(4, fd); if (e) { errno = e > 0 ? e : EIO; return -1; } return NEXT(ftruncate64)(fd, n); }

ssize_t write(int fd, const void *b, size_t n) {
    int e = fails(2, fd);
    if (e > 0) { errno = e; return -1; }
    return NEXT(write)(fd, b, e ? n / 2 : n);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
    int e = fails(2, fd);
    if (e > 0) { errno = e; return -1; }
    return NEXT(pwrite)(fd, b, e ? n / 2 : n, at);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
    int e = fails(2, fd);
    if (e > 0) { errno = e; return -1; }
    return NEXT(pwrite64)(fd, b, e ? n / 2 : n, at);
}
