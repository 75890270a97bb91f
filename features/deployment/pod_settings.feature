@rule-pod-settings-used @core
Feature: The pod settings of a runtime are those of the pods that it serves with
  Beside containers a runtime has settings of pods: on which nodes they may run, which taints they tolerate, later also
  volumes, pull secrets and a scheduler. They are used for the pods of every service on that runtime, and a service may
  add to them or replace them.

  @documented
  Scenario Outline: The runtime's <setting> reaches the pod
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has
      """
      spec:
        <setting>: <value>
      """

    Examples: Settings that the documentation lists
      | setting      | value                                                                                                                                                       |
      | nodeSelector | {disk: ssd, zone: north}                                                                                                                                    |
      | tolerations  | [{key: gpu, operator: Equal, value: "yes", effect: NoSchedule}]                                                                                             |
      | affinity     | {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}      |

  Scenario Outline: The setting <setting> reaches the pod since <since>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has
      """
      spec:
        <setting>: <value>
      """

    @since-0.9.0
    Examples: Volumes
      | setting          | value                                    | since   |
      | volumes          | [{name: cache, emptyDir: {}}]            | v0.9.0  |

    @since-0.10.0
    Examples: Pull secrets
      | setting          | value                                    | since   |
      | imagePullSecrets | [{name: registry-login}]                 | v0.10.0 |

    @since-0.17.0
    Examples: A scheduler
      | setting          | value                                    | since   |
      | schedulerName    | packing-scheduler                        | v0.17.0 |

  @extended
  Scenario Outline: The setting <setting> does not reach the pod, <range>
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      <setting>: <value>
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "<path>"

    @until-0.8.0
    Examples: v0.8.0 knows no volumes of runtimes
      | setting          | value                         | path                                 | range          |
      | volumes          | [{name: cache, emptyDir: {}}] | spec.volumes.cache                   | up to v0.8.0   |

    @until-0.9.0
    Examples: v0.9.0 knows no pull secrets of runtimes
      | setting          | value                         | path                                 | range          |
      | imagePullSecrets | [{name: registry-login}]      | spec.imagePullSecrets.registry-login | up to v0.9.0   |

    @since-0.14.0
    Examples: A field that runtimes have and pods never get
      | setting          | value                         | path                                 | range          |
      | hostIPC          | true                          | spec.hostIPC                         | since v0.14.0  |

  Scenario: A node selector of the service is added to that of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      nodeSelector: {disk: ssd, zone: north}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          nodeSelector: {zone: south, arch: arm64}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        nodeSelector: {disk: ssd, zone: south, arch: arm64}
      """

  Scenario: Tolerations of the service replace those of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      tolerations:
        - {key: gpu, operator: Equal, value: "yes", effect: NoSchedule}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          tolerations:
            - {key: spot, operator: Equal, value: "yes", effect: NoExecute}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        tolerations:
          - {key: spot, operator: Equal, value: "yes", effect: NoExecute}
      """

  @since-0.9.0
  Scenario: Volumes of the service stand beside those of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      volumes:
        - {name: cache, emptyDir: {}}
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          volumes:
            - {name: scratch, emptyDir: {}}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        volumes:
          - {name: cache, emptyDir: {}}
          - {name: scratch, emptyDir: {}}
      """

  Scenario: A setting that only the service has reaches the pod
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          serviceAccountName: reads-models
          nodeSelector: {disk: ssd}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        serviceAccountName: reads-models
        nodeSelector: {disk: ssd}
      """

  @documented
  Scenario: The settings of a runtime that was not chosen do not reach the pod
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "serves-xgboost"
      """
      supportedModelFormats:
        - {name: xgboost, version: "1", autoSelect: true}
      nodeSelector: {disk: ssd}
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "spec.nodeSelector.disk"

  @extended @until-0.8.0
  Scenario: In v0.8.0 tolerations at the same place are mixed
    Given a ClusterServingRuntime "tolerant"
      """
      supportedModelFormats: [{name: sklearn, autoSelect: true}]
      tolerations: [{key: of-runtime, operator: Exists}]
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          tolerations: [{key: of-service}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has
      """
      spec:
        tolerations: [{key: of-service, operator: Exists}]
      """
