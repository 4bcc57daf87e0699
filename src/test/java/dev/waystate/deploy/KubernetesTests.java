package dev.waystate.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.waystate.cli.CommandRun;
import dev.waystate.ops.Command;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests as they stand, and what {@code kubectl kustomize} makes of them. */
class KubernetesTests {

    private static final Path KUBERNETES = Defaults.DEPLOY.resolve("kubernetes");
    private static final String EMBEDDED = "embedded";
    private static final String REPLICATED = "replicated";

    private static final Map<String, Deployment> RENDERED = new HashMap<>();

    @TempDir
    static Path directory;

    @Test
    void everyManifestHasKeysOfTheKubernetesApiAlone() throws IOException {
        List<Path> manifests;
        try (Stream<Path> files = Files.walk(KUBERNETES)) {
            manifests = files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .toList();
        }
        assertThat(manifests).hasSizeGreaterThanOrEqualTo(8);
        for (Path manifest : manifests) {
            assertThat(Manifests.read(Files.readString(manifest)))
                    .as(manifest.toString())
                    .isNotEmpty();
        }
    }

    /** The control. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "readOnlyRootFilesystem",
                "terminationGracePeriodSeconds",
                "mountPath",
                "sizeLimit",
                "failureThreshold",
                "StatefulSet"
            })
    void misspeltKeyIsFound(String key) throws IOException {
        String manifest = Files.readString(KUBERNETES.resolve("base/stateful-set.yaml"));
        String misspelt = key + "s";
        assertThatThrownBy(() -> Manifests.read(
                        manifest.replace(key + ":", misspelt + ":").replace("kind: " + key, "kind: " + misspelt)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(misspelt);
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDED, REPLICATED})
    void selectorsMatchThePodsAndNothingElseIsAskedOfClients(String form) throws Exception {
        Deployment deployment = render(form);
        Map<String, String> labels =
                deployment.statefulSet().getSpec().getTemplate().getMetadata().getLabels();
        assertThat(labels).isNotEmpty();
        assertThat(labels)
                .containsAllEntriesOf(
                        deployment.statefulSet().getSpec().getSelector().getMatchLabels())
                .containsAllEntriesOf(deployment.service().getSpec().getSelector());
        assertThat(deployment.all(NetworkPolicy.class))
                .isNotEmpty()
                .allSatisfy(
                        policy -> assertThat(policy.getSpec().getPodSelector().getMatchLabels())
                                .isNotEmpty()
                                .allSatisfy((key, value) -> assertThat(labels).containsEntry(key, value)));
        assertThat(deployment.all(NetworkPolicy.class).stream()
                        .flatMap(policy -> policy.getSpec().getIngress().stream())
                        .flatMap(rule -> rule.getFrom().stream())
                        .filter(peer -> peer.getPodSelector() != null)
                        .map(peer -> peer.getPodSelector().getMatchLabels()))
                .containsExactly(Map.of("waystate.dev/client", "true"));
        for (TopologySpreadConstraint spread : deployment.pod().getTopologySpreadConstraints()) {
            assertThat(labels).containsAllEntriesOf(spread.getLabelSelector().getMatchLabels());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDED, REPLICATED})
    void portsAreThoseOfTheServerAndFoundByTheirNames(String form) throws Exception {
        Deployment deployment = render(form);
        Map<String, Integer> ports = deployment.container().getPorts().stream()
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
        assertThat(ports).isEqualTo(Map.of("grpc", Defaults.grpcPort(), "http", Defaults.httpPort()));
        assertThat(Defaults.imageInstruction("EXPOSE"))
                .containsExactlyInAnyOrderElementsOf(
                        ports.values().stream().map(String::valueOf).toList());
        assertThat(deployment.service().getSpec().getClusterIP()).isEqualTo("None");
        assertThat(deployment.service().getSpec().getPorts())
                .extracting(port -> port.getTargetPort().getStrVal(), ServicePort::getPort)
                .containsExactlyInAnyOrderElementsOf(ports.entrySet().stream()
                        .map(port -> tuple(port.getKey(), port.getValue()))
                        .toList());
        assertThat(deployment.all(NetworkPolicy.class).stream()
                        .flatMap(policy -> policy.getSpec().getIngress().stream())
                        .map(NetworkPolicyIngressRule::getPorts)
                        .flatMap(List::stream)
                        .map(port -> port.getPort().getStrVal()))
                .containsExactlyInAnyOrderElementsOf(ports.keySet());
        assertThat(deployment.probes())
                .extracting(probe -> probe.getHttpGet().getPort().getStrVal())
                .containsOnly("http");
        assertThat(deployment
                        .statefulSet()
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getAnnotations())
                .containsEntry("prometheus.io/port", ports.get("http").toString());
        assertThat(deployment.statefulSet().getSpec().getServiceName())
                .isEqualTo(deployment.service().getMetadata().getName());
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDED, REPLICATED})
    void whatTheImageWritesIsMountedAndEveryVolumeIsUsed(String form) throws Exception {
        Deployment deployment = render(form);
        Set<String> volumes = Stream.concat(
                        deployment.pod().getVolumes().stream().map(Volume::getName),
                        deployment.statefulSet().getSpec().getVolumeClaimTemplates().stream()
                                .map(PersistentVolumeClaim::getMetadata)
                                .map(ObjectMeta::getName))
                .collect(Collectors.toSet());
        List<VolumeMount> mounts = deployment.container().getVolumeMounts();
        assertThat(mounts).extracting(VolumeMount::getName).containsExactlyInAnyOrderElementsOf(volumes);
        Path workingDirectory = Path.of(Defaults.imageInstruction("WORKDIR").get(0));
        assertThat(mounts)
                .extracting(mount -> Path.of(mount.getMountPath()))
                .containsAll(Defaults.imageVolumes())
                .contains(workingDirectory.resolve("config"))
                .hasSize(Defaults.imageVolumes().size() + 1);
        Volume config = deployment.pod().getVolumes().stream()
                .filter(volume -> volume.getConfigMap() != null)
                .findFirst()
                .orElseThrow();
        assertThat(config.getConfigMap().getName())
                .isEqualTo(deployment.one(ConfigMap.class).getMetadata().getName())
                .startsWith("waystate-");
        assertThat(deployment.pod().getVolumes())
                .filteredOn(volume -> volume.getEmptyDir() != null)
                .singleElement()
                .satisfies(volume -> {
                    assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull();
                    assertThat(volume.getEmptyDir().getMedium()).isNull();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDED, REPLICATED})
    void podsKeepToTheRestrictedProfileAsTheUserOfTheImage(String form) throws Exception {
        Deployment deployment = render(form);
        PodSpec pod = deployment.pod();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser())
                .isEqualTo(pod.getSecurityContext().getFsGroup())
                .isEqualTo(Long.parseLong(Defaults.imageInstruction("USER").get(0)));
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(deployment.container().getSecurityContext().getAllowPrivilegeEscalation())
                .isFalse();
        assertThat(deployment.container().getSecurityContext().getReadOnlyRootFilesystem())
                .isTrue();
        assertThat(deployment.container().getSecurityContext().getCapabilities().getDrop())
                .containsExactly("ALL");
        assertThat(deployment.container().getSecurityContext().getCapabilities().getAdd())
                .isEmpty();
        assertThat(deployment.container().getResources().getLimits().get("memory"))
                .isNotNull()
                .isEqualTo(deployment.container().getResources().getRequests().get("memory"));
        assertThat(deployment.container().getImage()).matches("waystate:[0-9.]+");
        assertThat(pod.getServiceAccountName())
                .isEqualTo(deployment.one(ServiceAccount.class).getMetadata().getName());
        assertThat(deployment.one(Namespace.class).getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        assertThat(deployment.manifests())
                .filteredOn(manifest -> !(manifest instanceof Namespace))
                .allSatisfy(manifest -> assertThat(manifest.getMetadata().getNamespace())
                        .isEqualTo(deployment.one(Namespace.class).getMetadata().getName()));
    }

    @ParameterizedTest
    @ValueSource(strings = {EMBEDDED, REPLICATED})
    void serverHasTimeToDrainAndIsNotKilledBefore(String form) throws Exception {
        Deployment deployment = render(form);
        Properties config =
                Defaults.application(deployment.one(ConfigMap.class).getData().get("application.yml"));
        Duration drainDelay = Defaults.duration(config, "waystate.server.drain-delay");
        assertThat(config).doesNotContainKeys("spring.lifecycle.timeout-per-shutdown-phase");
        Probe readiness = deployment.container().getReadinessProbe();
        assertThat(readiness.getHttpGet().getPath()).isEqualTo("/actuator/health/readiness");
        assertThat(drainDelay)
                .isGreaterThan(Duration.ofSeconds((long) readiness.getPeriodSeconds() * readiness.getFailureThreshold()
                        + readiness.getTimeoutSeconds()));
        assertThat(Duration.ofSeconds(deployment.pod().getTerminationGracePeriodSeconds()))
                .isGreaterThan(drainDelay.plus(Defaults.orderlyEnd()));
        assertThat(deployment.container().getLivenessProbe().getHttpGet().getPath())
                .isEqualTo(deployment.container().getStartupProbe().getHttpGet().getPath())
                .isEqualTo("/actuator/health/liveness");
    }

    @Test
    void oneServerHasOneVolumeAndNothingThatHoldsUpItsNode() throws Exception {
        Deployment deployment = render(EMBEDDED);
        assertThat(deployment.statefulSet().getSpec().getReplicas()).isEqualTo(1);
        assertThat(deployment.statefulSet().getSpec().getVolumeClaimTemplates()).hasSize(1);
        assertThat(deployment.all(PodDisruptionBudget.class)).isEmpty();
    }

    @Test
    void replicasGoOneAtATimeAndReachKafka() throws Exception {
        Deployment deployment = render(REPLICATED);
        assertThat(deployment.statefulSet().getSpec().getReplicas()).isGreaterThan(1);
        assertThat(deployment.statefulSet().getSpec().getMinReadySeconds()).isEqualTo(10);
        assertThat(deployment.pod().getTopologySpreadConstraints()).hasSize(2);
        PodDisruptionBudget budget = deployment.one(PodDisruptionBudget.class);
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(budget.getSpec().getSelector())
                .isEqualTo(deployment.statefulSet().getSpec().getSelector());
        String brokers = Defaults.application(
                        deployment.one(ConfigMap.class).getData().get("application.yml"))
                .getProperty("spring.kafka.bootstrap-servers");
        assertThat(deployment.all(NetworkPolicy.class).stream()
                        .flatMap(policy -> policy.getSpec().getEgress().stream())
                        .flatMap(rule -> rule.getPorts().stream())
                        .map(port -> port.getPort().getIntVal().toString()))
                .contains("53", brokers.substring(brokers.indexOf(':') + 1));
    }

    /** Renders a form, once for all tests. */
    private static Deployment render(String form) throws Exception {
        assumeTrue(Command.isOnPath("kubectl"), "kubectl is not on the PATH");
        if (!RENDERED.containsKey(form)) {
            CommandRun kustomize = CommandRun.of(
                    directory,
                    "",
                    List.of(
                            "kubectl",
                            "kustomize",
                            KUBERNETES.resolve(form).toAbsolutePath().toString()));
            assertThat(kustomize.exitCode()).as(kustomize.err()).isZero();
            assertThat(kustomize.err()).isEmpty();
            RENDERED.put(form, new Deployment(Manifests.read(kustomize.out())));
        }
        return RENDERED.get(form);
    }

    private record Deployment(List<HasMetadata> manifests) {

        <T extends HasMetadata> List<T> all(Class<T> kind) {
            return manifests.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        <T extends HasMetadata> T one(Class<T> kind) {
            assertThat(all(kind)).hasSize(1);
            return all(kind).get(0);
        }

        StatefulSet statefulSet() {
            return one(StatefulSet.class);
        }

        Service service() {
            return one(Service.class);
        }

        PodSpec pod() {
            return statefulSet().getSpec().getTemplate().getSpec();
        }

        Container container() {
            assertThat(pod().getContainers()).hasSize(1);
            return pod().getContainers().get(0);
        }

        List<Probe> probes() {
            return List.of(
                    container().getStartupProbe(),
                    container().getLivenessProbe(),
                    container().getReadinessProbe());
        }
    }
}
