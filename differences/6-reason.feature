@extended
Feature: memory:v0.10.2 and controlplane:v0.10.2 differ in the reason of InferenceService team-094/model

  Scenario: World 862
    Given these objects
      """
      kind: ClusterServingRuntime
      metadata:
        name: b
        annotations:
          serving.kserve.io/server-type: x
      spec:
        supportedModelFormats:
        - name: SKLearn
          version: '1'
          autoSelect: true
          priority: 1
        - name: sklearn
          version: '1'
          autoSelect: true
        containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/b:1
          args:
          - --model_name={{.Name}}
      """
    And a ServingRuntime "a" in namespace "team-094" that is disabled
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-094" asks for "SKLearn" with runtime "a"
    Then its status says "RuntimeDisabled" and "Specified runtime is disabled"
