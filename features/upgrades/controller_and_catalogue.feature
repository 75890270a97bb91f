@rule-upgrade-catalogue @needs-upgrade @exact-names
Feature: Upgrades of the controller without its runtimes, and of the runtimes without their controller
  The controller, with its CRDs and webhooks, and the shipped runtimes are installed by separate manifests. In between,
  a cluster has one from the new release and one from the old, and the runtime of a service depends on which was
  upgraded first.

  @core
  Scenario Outline: <format> over v2 keeps <before> with the controller of v0.9.0 until its runtimes are installed
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<before>"
    When KServe is upgraded to v0.9.0
    Then it runs on ClusterServingRuntime "<before>"
    When the cluster runtimes are replaced with those that KServe v0.9.0 ships
    Then it runs on ClusterServingRuntime "<after>"

    Examples: The runtimes of v0.8.0 list no protocols, so they support all of them
      | format     | before                    | after               |
      | sklearn    | kserve-sklearnserver      | kserve-mlserver     |
      | tensorflow | kserve-tensorflow-serving | kserve-tritonserver |

  @core
  Scenario: tensorrt has a runtime as soon as the runtimes of v0.9.0 are installed, with either controller
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" requests "tensorrt"
    Then it has no runtime because of "NoSupportingRuntime"
    When the cluster runtimes are replaced with those that KServe v0.9.0 ships
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "kserve-tritonserver"
    When KServe is upgraded to v0.9.0
    Then it runs on ClusterServingRuntime "kserve-tritonserver"

  @core @rule-fields-of-later-releases
  Scenario: Runtimes of v0.9.0 that were written in v0.8.0 support every protocol until they are written again
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.9.0 ships
    When a service in namespace "team-a" requests "pmml" over "v2"
    Then it runs on ClusterServingRuntime "kserve-pmmlserver"
    When KServe is upgraded to v0.9.0
    Then it runs on ClusterServingRuntime "kserve-pmmlserver"
    When the cluster runtimes are replaced with those that KServe v0.9.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-pmmlserver"

  @core
  Scenario: pmml over v2 needs the runtimes of v0.11.2, and the controller alone has no effect
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "pmml" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is upgraded to v0.11.2
    Then it has no runtime because of "NoSupportingRuntime"
    When the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-pmmlserver"

  @core
  Scenario: mlflow keeps its runtime with the runtimes of v0.11.2, and loses it with the controller
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "mlflow"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When KServe is upgraded to v0.11.2
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-mlserver"

  @core @rule-fields-of-later-releases
  Scenario: Runtimes that were installed before their controller have no priorities until they are written again
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.11.2 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to v0.11.2
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @core
  Scenario Outline: <format> <version> keeps <runtime> with the controller of v0.17.0 and loses it with its runtimes
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to v0.17.0
    Then it runs on ClusterServingRuntime "<runtime>"
    And its status names ClusterServingRuntime "<runtime>"
    When the cluster runtimes are replaced with those that KServe v0.17.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its status names ClusterServingRuntime "<runtime>"
    And its workload still runs on ClusterServingRuntime "<runtime>"

    Examples: The status keeps the name of the lost runtime
      | format   | version | runtime          |
      | xgboost  | 1       | kserve-xgbserver |
      | lightgbm | 3       | kserve-lgbserver |

  @core
  Scenario: xgboost 1 loses its runtime with the old controller if the runtimes of v0.17.0 are installed first
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service in namespace "team-a" requests "xgboost" version "1"
    Then it runs on ClusterServingRuntime "kserve-xgbserver"
    When the cluster runtimes are replaced with those that KServe v0.17.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is upgraded to v0.17.0
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-xgbserver"

  @extended @rule-server-defaults-by-annotation
  Scenario: The variables of MLServer are set with either part of v0.17.0 alone
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service "first" in namespace "team-a" requests "sklearn" over "v2"
    And KServe is upgraded to v0.17.0
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has env "MLSERVER_MODEL_NAME" with value "first"
    When KServe is downgraded to v0.16.0
    And the cluster runtimes are replaced with those that KServe v0.17.0 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has env "MLSERVER_MODEL_NAME" with value "first"

  @core
  Scenario: vLLM has a runtime only once the runtimes of v0.20.0 follow their controller
    Given KServe v0.19.0 is installed
    And the runtimes that KServe v0.19.0 ships
    When a service in namespace "team-a" requests "vLLM"
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is upgraded to v0.20.0
    Then it has no runtime because of "NoSupportingRuntime"
    When the cluster runtimes are replaced with those that KServe v0.20.0 ships
    Then it runs on ClusterServingRuntime "kserve-vllmserver"
    And it is stored without a protocol

  @extended @rule-no-mixed-priority
  Scenario: The kserve-mlserver of v0.11.1 serves in v0.12.1 but cannot be written
    Given KServe v0.11.1 is installed
    And the runtimes that KServe v0.11.1 ships
    When a service in namespace "team-a" requests "mlflow" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When KServe is upgraded to v0.12.1
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When ClusterServingRuntime "kserve-mlserver" is patched with
      """
      labels: {team: a}
      """
    Then the runtime is rejected with "Different priorities assigned for the model format sklearn"
    When the cluster runtimes are replaced with those that KServe v0.12.1 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"
