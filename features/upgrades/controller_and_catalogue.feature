@rule-upgrade-catalogue @needs-upgrade @exact-names
Feature: The controller upgraded without its runtimes, and the runtimes without their controller
  The controller, with its CRDs and webhooks, and the runtimes that it ships are installed by separate manifests. Between
  the two a cluster has one of the new release and one of the old: what a service runs on then depends on which came first.

  @core
  Scenario Outline: <format> over v2 keeps <before> under the controller of v0.9.0 until its runtimes come
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<before>"
    When KServe is upgraded to v0.9.0
    Then it runs on ClusterServingRuntime "<before>"
    When the cluster runtimes are replaced with those that KServe v0.9.0 ships
    Then it runs on ClusterServingRuntime "<after>"

    Examples: The runtimes of v0.8.0 list no protocols, so they count as speaking all
      | format     | before                    | after               |
      | sklearn    | kserve-sklearnserver      | kserve-mlserver     |
      | tensorflow | kserve-tensorflow-serving | kserve-tritonserver |

  @core
  Scenario: tensorrt has a runtime as soon as the runtimes of v0.9.0 are there, whichever controller runs
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
  Scenario: The runtimes of v0.9.0 that were written under v0.8.0 speak every protocol until they are written again
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
  Scenario: pmml over v2 waits for the runtimes of v0.11.2, and its controller alone brings nothing
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "pmml" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is upgraded to v0.11.2
    Then it has no runtime because of "NoSupportingRuntime"
    When the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-pmmlserver"

  @core
  Scenario: mlflow keeps its runtime when only the runtimes of v0.11.2 come, and loses it to the controller
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
  Scenario: Runtimes that came before their controller have lost their priorities until they are written again
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.11.2 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to v0.11.2
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @core
  Scenario Outline: <format> <version> keeps <runtime> under the controller of v0.17.0 and loses it to its runtimes
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

    Examples: The status keeps the name of what is lost
      | format   | version | runtime          |
      | xgboost  | 1       | kserve-xgbserver |
      | lightgbm | 3       | kserve-lgbserver |

  @core
  Scenario: xgboost 1 loses its runtime under the old controller already when the runtimes of v0.17.0 come first
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
  Scenario: MLServer's variables are filled in with either part of v0.17.0 alone
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
  Scenario: The kserve-mlserver of v0.11.1 serves under v0.12.1 and cannot be written
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
