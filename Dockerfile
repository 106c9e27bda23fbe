# The server as a container: DHCP, TFTP and HTTP, as a user that is not root. docs/container.md says how it is run.
# It serves what `gutinteg prepare` has built on a host; it builds no OS packages itself.

ARG BASE=debian:12-slim

# npm, and what else is only needed to fill /opt/gutinteg, stays behind in this stage.
FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils ca-certificates libatomic1 libcap2-bin npm
WORKDIR /opt/gutinteg
COPY package.json package-lock.json ./
# esbuild bundles what `prepare` puts into the ramdisk. Of the package that holds Node, the program is enough.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/esbuild node_modules/@esbuild node_modules/.bin \
 && find node_modules -type d -empty -delete \
 && cd node_modules/node-linux-* \
 && rm -rf include share CHANGELOG.md README.md \
 && strip bin/node
COPY bin bin
COPY contract contract
COPY fleet fleet
COPY lib lib
COPY machdb machdb
COPY netboot netboot
COPY os-images os-images
COPY package-systems package-systems
COPY packagelink packagelink
COPY partition-specs partition-specs
COPY network-specs network-specs
COPY service service
COPY site site
RUN find . -path ./node_modules -prune -o -name '*.test.ts' -exec rm {} + \
 && rm -rf partition-specs/examples \
 && mkdir -p /tree/opt /tree/usr/lib/gutinteg \
 && cp -a /opt/gutinteg /tree/opt/ \
 && cp -L /usr/lib/*-linux-gnu/libatomic.so.1 /tree/usr/lib/gutinteg/ \
 && setcap cap_net_bind_service=ep "$(echo /tree/opt/gutinteg/node_modules/node-linux-*/bin/node)"

FROM ${BASE}
# A number of its own, so that a state directory on the host can be given to it.
RUN groupadd --gid 10067 gutinteg \
 && useradd --uid 10067 --gid 10067 --no-create-home --home-dir /var/lib/gutinteg --shell /usr/sbin/nologin gutinteg \
 && install -d -o gutinteg -g gutinteg -m 0700 /var/lib/gutinteg
COPY --from=build /tree /
RUN echo /usr/lib/gutinteg >/etc/ld.so.conf.d/gutinteg.conf && ldconfig
USER gutinteg
VOLUME /var/lib/gutinteg
EXPOSE 67/udp 69/udp 8080/tcp
# Of the formats, only Docker's has it: `buildah` and `podman build` need --format docker.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
  CMD ["/opt/gutinteg/bin/gutinteg", "health", "--state", "/var/lib/gutinteg"]
ENTRYPOINT ["/opt/gutinteg/bin/gutinteg"]
CMD ["serve", "--site", "/site", "--state", "/var/lib/gutinteg"]
