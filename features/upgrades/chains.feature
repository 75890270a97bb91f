@needs-upgrade @core @exact-names
Feature: Services through a chain of upgrades
  A cluster that is years old was upgraded many times and has services from many releases. Upgrades do not change
  them: each service stays as it was stored, and every release selects a runtime by its own rules from its own
  catalogue.

  @rule-upgrade-keeps-stored-service
  Scenario: A legacy service of v0.9.0 keeps its runtime up to v0.20.0, next to services of each release on the way
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    When a service "elder" in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And it is stored without a runtime
    And its container has image "kserve/sklearnserver:v0.9.0"
    And its status reports no failure

    When KServe is upgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And it is stored without a runtime
    And it is stored without a protocol
    And its container has image "kserve/sklearnserver:v0.10.2"
    And its status reports no failure
    When a service "second" in namespace "team-a" requests "onnx"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    And it is stored without a protocol

    When KServe is upgraded to v0.15.2
    And the cluster runtimes are replaced with those that KServe v0.15.2 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its status has reason "NoSupportingRuntime" and message "No runtime found to support specified framework/version"
    And it is stored without a protocol
    And its workload still runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe reconciles service "elder" in namespace "team-a" again
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And it is stored without a protocol
    And its container has image "kserve/sklearnserver:v0.15.2"
    And its status reports no failure
    When a service "third" in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

    When KServe is upgraded to v0.20.0
    And the cluster runtimes are replaced with those that KServe v0.20.0 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its status names ClusterServingRuntime "kserve-mlserver"
    And its stored manifest has no "metadata.annotations.modelFormat"
    When KServe reconciles service "second" in namespace "team-a" again
    Then it has no runtime because of "NoSupportingRuntime"
    And its status names no runtime
    And its workload still runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe reconciles service "elder" in namespace "team-a" again
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    And it is stored with format "sklearn"
    And it is stored without a legacy key
    And it is stored without a runtime
    And it is stored without a protocol
    And its stored manifest has no "metadata.annotations.modelFormat"
    And its container has image "kserve/sklearnserver:v0.20.0"
    And its status names ClusterServingRuntime "kserve-sklearnserver"
    When a service "fourth" in namespace "team-a" requests "vLLM"
    Then it runs on ClusterServingRuntime "kserve-vllmserver"
    And it is stored with protocol "v2"

  @rule-upgrade-catalogue
  Scenario: lightgbm 3 without a protocol changes its server with each large step, and finally has none
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    When a service in namespace "team-a" requests "lightgbm" version "3"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When KServe is upgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it runs on ClusterServingRuntime "kserve-lgbserver"
    When KServe is upgraded to v0.15.2
    And the cluster runtimes are replaced with those that KServe v0.15.2 ships
    Then it runs on ClusterServingRuntime "kserve-lgbserver"
    When KServe is upgraded to v0.20.0
    And the cluster runtimes are replaced with those that KServe v0.20.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-lgbserver"
    And its container has image "kserve/lgbserver:v0.15.2"
    And its stored manifest has
      """
      spec:
        predictor:
          model:
            modelFormat: {name: lightgbm, version: "3"}
      """

  @rule-upgrade-protocol-default @rule-upgrade-first-write-converts
  Scenario: triton without a protocol loses its runtime on the way, and a write in the last release brings it back
    Given KServe v0.9.0 is installed
    And the runtimes that KServe v0.9.0 ships
    When a service in namespace "team-a" requests "triton"
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe is upgraded to v0.10.2
    And the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe is upgraded to v0.15.2
    And the cluster runtimes are replaced with those that KServe v0.15.2 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe is upgraded to v0.20.0
    And the cluster runtimes are replaced with those that KServe v0.20.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-tritonserver"
    And it is stored without a protocol
    When annotation "team" of the service is set to "a"
    Then it is stored with protocol "v2"
    And its stored manifest has
      """
      metadata: {annotations: {modelFormat: triton}}
      """
    And it runs on ClusterServingRuntime "kserve-tritonserver"
    And its container has image "nvcr.io/nvidia/tritonserver:23.05-py3"
    And its status names ClusterServingRuntime "kserve-tritonserver"
