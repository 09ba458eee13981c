/* Uses a file as a host or guest does, and reports each step, so that a test decides the order of events.
 *
 *   mapper [--read-only] [--ended] [--open] FILE   maps the file, closes it, prints "ready" and stays until its input ends
 *   mapper --loop COUNT FILE                       opens and maps the file COUNT times, and prints how often it was removed or recovered meanwhile
 *
 * --read-only  only reads, as a watch does
 * --ended      ends its main thread while another thread lives on
 * --open       keeps the file open and does not map it
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *stay(void *nothing)
{
    char c;
    while (read(0, &c, 1) > 0) {
    }

    exit(0);
    return nothing;
}

/* Opens and maps the file in a loop, and checks whether it loses its last name while it is mapped. A file that has no name right after it was mapped was lost
 * before: between looking up the name and opening it, nobody is a user yet. Also takes the entry of peer 1, at offset 128, as a restarting guest would, and
 * checks whether anybody frees that entry. */
static int loop(const char *path, long count)
{
    long mapped = 0, lost = 0, freed = 0;
    for (long i = 0; i < count; i++) {
        int fd = open(path, O_RDWR);
        if (fd < 0) {
            continue;
        }

        char *map = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        struct stat status;
        if (map != MAP_FAILED && fstat(fd, &status) == 0 && status.st_nlink == 1) {
            volatile unsigned *state = (volatile unsigned *)(map + 128);
            __atomic_fetch_add(state + 1, 1, __ATOMIC_SEQ_CST);
            __atomic_store_n(state, 1, __ATOMIC_SEQ_CST);
            mapped++;
            usleep(i % 7 * 30);
            freed += __atomic_load_n(state, __ATOMIC_SEQ_CST) != 1;
            lost += fstat(fd, &status) != 0 || status.st_nlink != 1;
        }

        munmap(map, 4096);
        close(fd);
        usleep(i % 5 * 40);
    }

    printf("%ld mapped, %ld lost, %ld freed\n", mapped, lost, freed);
    return 0;
}

int main(int argc, char **argv)
{
    int read_only = 0, ended = 0, only_open = 0;
    long count = 0;
    const char *path = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--read-only") == 0) {
            read_only = 1;
        } else if (strcmp(argv[i], "--ended") == 0) {
            ended = 1;
        } else if (strcmp(argv[i], "--open") == 0) {
            only_open = 1;
        } else if (strcmp(argv[i], "--loop") == 0) {
            count = atol(argv[++i]);
        } else {
            path = argv[i];
        }
    }

    if (count > 0) {
        puts("ready");
        fflush(stdout);
        return loop(path, count);
    }

    int fd = open(path, read_only ? O_RDONLY : O_RDWR);
    if (fd < 0) {
        perror(path);
        return 1;
    }

    if (!only_open) {
        if (mmap(0, 4096, read_only ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED) {
            perror(path);
            return 1;
        }

        close(fd);
    }

    puts("ready");
    fflush(stdout);
    if (ended) {
        pthread_t thread;
        if (pthread_create(&thread, 0, stay, 0) != 0) {
            return 1;
        }

        pthread_exit(0);
    }

    stay(0);
    return 0;
}
