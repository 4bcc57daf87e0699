package dev.waystate;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import net.devh.boot.grpc.server.service.GrpcService;
import org.junit.jupiter.api.Test;

/** The rules of the package tree. */
class ArchitectureTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.waystate");

    @Test
    void theGeometryUsesTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("dev.waystate.geometry")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.waystate.geometry")
                .check(CLASSES);
    }

    @Test
    void theLogUsesTheJdkAndTheGeometryAlone() {
        classes()
                .that()
                .resideInAPackage("dev.waystate.statelog")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "dev.waystate.geometry", "dev.waystate.statelog")
                .check(CLASSES);
    }

    @Test
    void theStoreKnowsNoTransport() {
        noClasses()
                .that()
                .resideInAPackage("dev.waystate.statelog.(entry|file|view|backup|operation|local)..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "dev.waystate.proto..", "dev.waystate.statelog.rpc..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.waystate.statelog.kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "dev.waystate.proto.v1..", "dev.waystate.statelog.rpc..")
                .check(CLASSES);
    }

    @Test
    void onlyReplicasKnowKafka() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.waystate.statelog.kafka..", "dev.waystate.proto.topic..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "org.springframework.kafka..", "dev.waystate.proto.topic..")
                .check(CLASSES);
    }

    @Test
    void featuresDoNotKnowEachOther() {
        slices().matching("dev.waystate.(displacement|statelog|console|cli)..")
                .should()
                .notDependOnEachOther()
                // These need no server: they work on the store's file.
                .ignoreDependency(
                        nameMatching("dev.waystate.cli.(Store|Backup|Restore)Command"),
                        nameMatching("dev.waystate.statelog.(backup.Log(Backup|Restore.*)"
                                + "|file.(Unusable|Damaged)FileException)"))
                .ignoreDependency(
                        nameMatching("dev.waystate.cli.ImportCommand"),
                        nameMatching("dev.waystate.statelog.(kafka.LogImport|kafka.UnusableTopicException"
                                + "|file.UnusableFileException|DamagedRecordException|LogUnavailableException)"))
                // The hub follows the log itself, once for all pages.
                .ignoreDependency(
                        resideInAPackage("dev.waystate.console.live"), resideInAPackage("dev.waystate.statelog"))
                .check(CLASSES);
    }

    @Test
    void whatCallersOfTheServicesShareKnowsNoFeature() {
        noClasses()
                .that()
                .resideInAPackage("dev.waystate.text")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.waystate.(displacement|statelog|console|cli|security)..", "org.springframework.web..")
                .check(CLASSES);
    }

    @Test
    void whatAllFeaturesShareKnowsNoFeature() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.waystate.server..", "dev.waystate.security..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.waystate.displacement..",
                        "dev.waystate.statelog..",
                        "dev.waystate.console..",
                        "dev.waystate.cli..",
                        "dev.waystate.proto..")
                .check(CLASSES);
    }

    @Test
    void credentialsAndTheTransportAreApart() {
        noClasses()
                .that()
                .resideInAPackage("dev.waystate.security.tls..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.waystate.security.access..", "dev.waystate.security.jwt..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.waystate.security.access..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.waystate.security.jwt..")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.waystate.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTheServerKnowsTheServerStarter() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.waystate.server..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("net.devh.boot.grpc.server..").and(not(equivalentTo(GrpcService.class))))
                .check(CLASSES);
    }
}
